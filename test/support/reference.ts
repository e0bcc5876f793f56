// The model family in plain float64, one row at a time: what engines are tested against.
import type { Rows } from "../../src/data/task-set.ts";
import { networkName, parameterBlocks } from "../../src/models/parameters.ts";
import type { Selection } from "../../src/models/selection.ts";
import {
  expertCount,
  expertsOf,
  expertsOn,
  hasSharedGate,
  levelCount,
  type ModelSpec,
  ownExpertsOf,
} from "../../src/models/spec.ts";

/** The factors [units] of a ReLU layer, e.g. `experts/3/0`, in one row. */
export type Factors = (layer: string, row: number, units: number) => ArrayLike<number>;

/** log u - log(1 - u) of the gate between task k and expert e at a step. */
export type Noise = (k: number, e: number) => number;

/** x [D] of the row numbered `row` → predictions [K]. */
type Predictor = (x: ArrayLike<number>, row?: number) => number[];

/**
 * The model with these parameters, in canonical order; it sees them change, except where a task has experts that don't
 * learn from it: those are of the parameters at the call.
 */
export function predictor(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  factors?: Factors,
  { onEntropy, noise }: { onEntropy?: (entropy: number) => void; noise?: Noise | undefined } = {},
): Predictor {
  const dense = denseLayers(spec, parameters);
  const before = Float64Array.from(parameters);
  const fixed = denseLayers(spec, before);
  const tucker = spec.ranks && tuckerLayers(spec, parameters);
  const levels = range(levelCount(spec)).map((level) => structureOf(spec, level));
  const offsets = offsetsOf(spec);
  return (rowOf, row = 0) => {
    const readBy = (values: ArrayLike<number>) =>
      range(spec.tasks + 1).map((path) => embeddedRow(spec, values, offsets, rowOf, path));
    const read = readBy(parameters);
    const x = read[0] as ArrayLike<number>;
    const linear = spec.experts.activation === "none" ? `${spec.experts.layers.length - 1}` : undefined;
    const layerOf = (layer: string, h: ArrayLike<number>, by: Dense): number[] => {
      const units = by(layer, h);
      if (/(^|\/)experts\//.test(layer) && layer.endsWith(`/${linear}`)) return units;
      const kept = factors?.(layer, row, units.length);
      return units.map((unit, i) => Math.max(0, unit) * (kept ? at(kept, i) : 1));
    };
    const through = (name: string, layers: readonly number[], input: ArrayLike<number>, by = tucker ?? dense) =>
      layers.reduce((h, _, i) => layerOf(`${name}/${i}`, h, tucker ?? by), input);
    /** What the paths give after all levels; `unlearned` [levels][E] are experts as other tasks see them. */
    const levelsBy = (
      by: Dense,
      first: ArrayLike<number>[],
      unlearned?: ArrayLike<number>[][],
      tell?: typeof onEntropy,
    ) => {
      const outputs: ArrayLike<number>[][] = [];
      const paths = levels.reduce<ArrayLike<number>[]>((inputs, { experts, mixes }, level) => {
        const learned =
          spec.gating === "cross-stitch"
            ? stitchedExperts(spec, parameters, offsets, x, (layer, h) => layerOf(layer, h, by))
            : experts.map(({ name, path }) => through(name, spec.experts.layers, at(inputs, path), by));
        outputs.push(learned);
        return mixes.map(({ name, seen, learns, own }, path) => {
          const units = seen.map((e, i) => at(learns[i] ? learned : (unlearned?.[level] ?? learned), e));
          const isTold = spec.gating !== "single" || path === 0; // one gate for all tasks has its entropy once
          const shares = gate(spec, by, name, at(inputs, path), seen.length, isTold ? tell : undefined);
          if (own !== undefined) shares[own] = at(shares, own) + 1;
          if (spec.gating === "snr-trans")
            return connected(spec, parameters, { dense: by, offsets }, path, units, noise);
          return range((units[0] as ArrayLike<number>).length).map((h) =>
            sum(units, (expert, i) => at(shares, i) * at(expert, h)),
          );
        });
      }, first);
      return { paths, outputs };
    };
    const unlearned = spec.gating === "detached" ? levelsBy(fixed, readBy(before)).outputs : undefined;
    const { paths } = levelsBy(dense, read, unlearned, onEntropy);
    return range(spec.tasks).map((k) =>
      at(dense(`towers/${k}/output`, through(`towers/${k}`, spec.tower.layers, at(paths, k))), 0),
    );
  };
}

/** What a path reads of a row: its plain inputs, then the vectors that the others number, of the path's own tables if it has some. */
function embeddedRow(
  { embeddings = [] }: ModelSpec,
  parameters: ArrayLike<number>,
  offsets: Offsets,
  x: ArrayLike<number>,
  path: number,
): ArrayLike<number> {
  if (embeddings.length === 0) return x;
  const plain = x.length - embeddings.length;
  const set = offsets.has(`embeddings/${path}/0/table`) ? path : 0;
  const vectors = embeddings.flatMap(({ size }, i) => {
    const first = (offsets.get(`embeddings/${set}/${i}/table`) as number) + size * at(x, plain + i);
    return range(size).map((j) => at(parameters, first + j));
  });
  return [...range(plain).map((i) => at(x, i)), ...vectors];
}

/**
 * Layer i of task k with the kernel W [in, out] of W_ab = sum_pql S_pq^l U_ap V_qb v_kl, over all p, q and l (Yang and
 * Hospedales, ICLR 2017), by its name such as `towers/1/0`.
 */
function tuckerLayers(spec: ModelSpec, parameters: ArrayLike<number>): Dense {
  const blocks = new Map(parameterBlocks(spec).map((block) => [block.name, block]));
  const entries = (name: string) => {
    const { offset, shape } = blocks.get(name) as { offset: number; shape: readonly number[] };
    return {
      rows: shape[0] as number,
      columns: shape[1] as number,
      at: (i: number, j: number) => at(parameters, offset + i * (shape[1] as number) + j),
    };
  };
  return (layer, x) => {
    const [part, k, i] = layer.split("/") as [string, string, string];
    const [U, V] = [entries(`factors/${part}/inputs/${i}/kernel`), entries(`factors/${part}/units/${i}/kernel`)];
    const v = entries(`factors/${part}/shares/${i}/shares`);
    const cores = range(v.columns).map((l) => entries(`factors/${part}/cores/${l}/${i}/kernel`));
    const bias = blocks.get(`${part}/${k}/${i}/bias`);
    const weight = (a: number, b: number) => {
      let total = 0;
      for (let p = 0; p < U.columns; p++)
        for (let q = 0; q < V.rows; q++)
          for (let l = 0; l < v.columns; l++)
            total += (cores[l] as typeof U).at(p, q) * U.at(a, p) * V.at(q, b) * v.at(Number(k), l);
      return total;
    };
    return range(V.columns).map(
      (b) => (bias ? at(parameters, bias.offset + b) : 0) + sum(x, (value, a) => value * weight(a, b)),
    );
  };
}

/** The L2 constraint's term: all parameters of a task's network by their places, two tasks at a time. */
function constraintOf(spec: ModelSpec, parameters: ArrayLike<number>): number {
  if (spec.constraint === undefined) return 0;
  const ofTask = (k: number) =>
    parameterBlocks(spec)
      .filter(({ network }) => network === `experts/${k}` || network === `towers/${k}`)
      .flatMap(({ offset, size }) => range(size).map((i) => at(parameters, offset + i)));
  let total = 0;
  for (const k of range(spec.tasks))
    for (const j of range(k)) {
      const other = ofTask(j);
      total += sum(ofTask(k), (value, i) => (value - at(other, i)) ** 2);
    }
  return spec.constraint * total;
}

/** Each task's network, whose units are mixed among tasks after each layer: x~_k = sum_j a_kj x_j. */
function stitchedExperts(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  offsets: Offsets,
  x: ArrayLike<number>,
  reluLayer: Dense,
): ArrayLike<number>[] {
  const K = spec.tasks;
  return spec.experts.layers.reduce<ArrayLike<number>[]>((inputs, width, i) => {
    const units = inputs.map((h, k) => reluLayer(`experts/${k}/${i}`, h));
    const stitch = offsets.get(`stitches/0/${i}/stitch`) as number;
    const a = (k: number, j: number) => at(parameters, stitch + k * K + j);
    return range(K).map((k) => range(width).map((u) => sum(units, (of, j) => a(k, j) * at(of, u))));
  }, new Array(K).fill(x));
}

/** The path that each expert of a level reads, and how each path's gate mixes experts; path K is that of the shared ones. */
function structureOf(spec: ModelSpec, level: number) {
  const { tasks, gating } = spec;
  const experts = range(expertCount(spec)).map((e) => {
    const path = range(tasks).find((k) => expertsOn(spec, k).includes(e)) ?? tasks;
    return { name: networkName("experts", e, level), path };
  });
  const mixes = range(tasks + Number(hasSharedGate(spec, level))).map((path) => {
    const seen = expertsOf(spec, path);
    const learns = seen.map((e) => path === tasks || ownExpertsOf(spec, path).includes(e));
    const own = gating === "residual" && path < tasks ? spec.experts.shared + path : undefined;
    return { name: networkName("gates", gating === "single" ? 0 : path, level), seen, learns, own };
  });
  return { experts, mixes };
}

/** What task k reads of experts f_e [H]: sum_e z_ke W_ke f_e; z is a step's with noise, else that of held-out rows. */
function connected(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  { dense, offsets }: { dense: Dense; offsets: Offsets },
  k: number,
  experts: ArrayLike<number>[],
  noise?: Noise,
): number[] {
  const E = experts.length;
  const alphas = offsets.get("alphas/0/0/log-alpha") as number;
  const gates = range(E).map((e) => {
    const logAlpha = at(parameters, alphas + k * E + e);
    const s = 1 / (1 + Math.exp(noise ? -(noise(k, e) + logAlpha) / (2 / 3) : -logAlpha));
    return Math.min(1, Math.max(0, 1.2 * s - 0.1));
  });
  const moved = experts.map((expert, e) => dense(`links/${k * E + e}/0`, expert));
  return range(spec.experts.layers.at(-1) as number).map((h) => sum(moved, (of, e) => at(gates, e) * at(of, h)));
}

const GATED: readonly string[] = ["single", "per-task", "residual", "detached"];

/** Weights of `count` experts by the gate `name`, which reads x; tells the entropy of each of its selectors. */
function gate(
  spec: ModelSpec,
  dense: Dense,
  name: string,
  x: ArrayLike<number>,
  count: number,
  onEntropy?: (entropy: number) => void,
): number[] {
  if (!GATED.includes(spec.gating)) return range(count).map(() => 1 / count);
  const depth = spec.gate.layers.length;
  const hidden = range(depth).reduce<ArrayLike<number>>(
    (h, i) => dense(`${name}/${i}`, h).map((unit) => Math.max(0, unit)),
    x,
  );
  const logits = dense(`${name}/${depth}`, hidden);
  if (spec.gate.select) return selection(spec.gate.select, logits, count, onEntropy);
  const { top = logits.length } = spec.gate;
  if (top >= logits.length) return softmax(logits);
  const before = (e: number) => logits.filter((logit, j) => logit > at(logits, e) || (logit === logits[e] && j < e));
  return softmax(logits.map((logit, e) => (before(e).length < top ? logit : Number.NEGATIVE_INFINITY)));
}

/** DSelect-k: sum_i softmax(a)_i r(z_i) of outputs a [k], z [k, bits], where r(z)_e = prod_b of S(z_b) or 1 - S(z_b). */
function selection(
  { experts: k, gamma }: Selection,
  outputs: number[],
  E: number,
  onEntropy?: (entropy: number) => void,
): number[] {
  const smoothStep = (t: number): number => {
    if (Math.abs(t) >= gamma / 2) return t > 0 ? 1 : 0;
    return (-2 / gamma ** 3) * t ** 3 + (3 / (2 * gamma)) * t + 0.5;
  };
  const bits = Math.log2(E);
  const shares = softmax(outputs.slice(0, k));
  const selectors = range(k).map((i) => {
    const steps = range(bits).map((b) => smoothStep(at(outputs, k + i * bits + b)));
    const r = range(E).map((e) => steps.reduce((product, s, b) => product * ((e >> b) % 2 === 1 ? s : 1 - s), 1));
    onEntropy?.(sum(r, (share) => -share * Math.log(share + 1e-6)));
    return r;
  });
  return range(E).map((e) => sum(selectors, (r, i) => at(shares, i) * at(r, e)));
}

function softmax(logits: number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const total = sum(powers, (power) => power);
  return powers.map((power) => power / total);
}

/** Where each block of parameters begins, by its name. */
type Offsets = ReadonlyMap<string, number>;

const offsetsOf = (spec: ModelSpec): Offsets =>
  new Map(parameterBlocks(spec).map(({ name, offset }) => [name, offset]));

type Dense = (layer: string, x: ArrayLike<number>) => number[];

/** W x + b by the layer's name; a layer without a bias block has none. */
function denseLayers(spec: ModelSpec, parameters: ArrayLike<number>): Dense {
  const blocks = new Map(parameterBlocks(spec).map((block) => [block.name, block]));
  const layers = new Map(
    [...blocks]
      .filter(([name]) => name.endsWith("/kernel"))
      .map(([name, { offset, shape }]) => {
        const layer = name.slice(0, -"/kernel".length);
        const [inputs, units] = shape as [number, number];
        return [layer, { kernel: offset, bias: blocks.get(`${layer}/bias`)?.offset, inputs, units }];
      }),
  );
  return (layer, x) => {
    const { kernel, bias, inputs, units } = layers.get(layer) ?? { inputs: undefined };
    if (inputs !== x.length) throw new RangeError(`${layer}: no kernel for ${x.length} inputs`);
    const out: number[] = [];
    for (let unit = 0; unit < units; unit++) {
      let total = bias === undefined ? 0 : (parameters[bias + unit] as number);
      for (let i = 0; i < inputs; i++) total += (x[i] as number) * (parameters[kernel + i * units + unit] as number);
      out.push(total);
    }
    return out;
  };
}

/** Mean squared error by task, [K], over those of rows x [B, D], y [B, K] that have a label; 0 where none has. */
export function taskLosses({ inputs: D, tasks: K }: ModelSpec, predict: Predictor, { x, y }: Rows): number[] {
  const B = x.length / D;
  const predictions = range(B).map((b) => predict(x.subarray(b * D, (b + 1) * D), b));
  return range(K).map((k) => {
    const rows = range(B).filter((b) => !Number.isNaN(at(y, b * K + k)));
    return sum(rows, (b) => (at(at(predictions, b), k) - at(y, b * K + k)) ** 2) / Math.max(1, rows.length);
  });
}

/**
 * Partial derivatives of the objective, the sum of the task losses and of what gates add, by central differences: those at `indices`, in
 * canonical order [P] unless told otherwise.
 */
export function numericGradient(
  spec: ModelSpec,
  parameters: ArrayLike<number>,
  rows: Rows,
  { factors, indices = range(parameters.length), noise }: { factors?: Factors; indices?: number[]; noise?: Noise } = {},
): number[] {
  const STEP = 1e-6;
  const moved = Float64Array.from(parameters);
  let entropy = 0;
  const onEntropy = (more: number) => {
    entropy += more;
  };
  const predict = predictor(spec, moved, factors, { onEntropy, noise });
  const B = rows.x.length / spec.inputs;
  const objectiveAt = (i: number, value: number): number => {
    const before = at(moved, i);
    moved[i] = value;
    entropy = 0;
    const losses = sum(taskLosses(spec, predict, rows), (loss) => loss);
    const objective = losses + ((spec.gate.select?.entropy ?? 0) * entropy) / B + constraintOf(spec, moved);
    moved[i] = before;
    return objective;
  };
  return indices.map((i) => {
    const value = at(parameters, i);
    return (objectiveAt(i, value + STEP) - objectiveAt(i, value - STEP)) / (2 * STEP);
  });
}

export function range(count: number): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < count; i++) numbers.push(i); // Array.from takes ten times as long
  return numbers;
}

function at<T>(values: ArrayLike<T>, i: number): T {
  return values[i] as T;
}

function sum<T>(values: ArrayLike<T>, term: (value: T, i: number) => number): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += term(values[i] as T, i);
  return total;
}
