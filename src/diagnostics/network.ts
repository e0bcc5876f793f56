import { unreachable } from "../errors.ts";
import { networkName, type ParameterBlock, parameterBlocks, tablesName } from "../models/parameters.ts";
import {
  embeddingSets,
  expertCount,
  expertsOf,
  expertsOn,
  gateKind,
  hasSharedGate,
  isReluLayer,
  levelCount,
  type ModelSpec,
  ownExpertsOf,
  plainInputs,
  readInputs,
} from "../models/spec.ts";
import { hardConcrete, ITSELF, linkedSum, type Mixed, mixed, selected, softmaxOfTop, total } from "./mixes.ts";
import { dense, rectified, type Span, scaled, type Tape, type Units } from "./tape.ts";

/** A gate on all rows. */
export interface GateWeights {
  /** [N, number of `seen`]. */
  readonly weights: Units;
  /** The experts of its level that it weighs, in order. */
  readonly seen: readonly number[];
}

/** The first layer of an expert or a gate, or the first factor of experts' first layers: it reads the rows. */
export interface FirstLayer {
  /** The expert's number; undefined for a gate and for a factor. */
  readonly expert: number | undefined;
  readonly isRelu: boolean;
  /** [D, U]. */
  readonly kernel: Span;
  /** [U]. */
  readonly bias: Span | undefined;
  /** Before its activation, [N, U]. */
  readonly units: Units;
}

/** What is random in a step, and not on held-out rows. */
export interface StepDraws {
  /** Dropout's factors [N, units] of a ReLU layer of an expert or a tower, such as `experts/3/0`. */
  readonly factors?: ((layer: string, units: number) => ArrayLike<number>) | undefined;
  /** log u - log(1 - u) of SNR's gate between task k and expert e. */
  readonly noise?: ((k: number, e: number) => number) | undefined;
}

/** What a model computes of N rows. */
export interface Network {
  /** The tasks' predictions, [N, 1] each. */
  readonly outputs: readonly Units[];
  /** Each task's gate of the last level, which its tower reads by; none in a model without gates. */
  readonly gates: readonly GateWeights[];
  /** What DSelect-k's gates of all levels read their selection from, each [N, k + k bits]. */
  readonly selections: readonly Units[];
  /** The ReLU layers of experts but the first, which read the rows, and those of towers. */
  readonly deeperUnits: readonly Units[];
  readonly towerUnits: readonly Units[];
  readonly first: readonly FirstLayer[];
}

/** x [N, D] through the model whose parameters the tape has: as on held-out rows, or in a step with these draws. */
export function network(tape: Tape, spec: ModelSpec, x: Float64Array, draws: StepDraws = {}): Network {
  const rows = tape.input(x);
  const sets = Array.from({ length: embeddingSets(spec) }, (_, set) => embedded(tape, spec, rows, set));
  return new Builder(tape, spec, sets.length > 0 ? sets : [rows], draws).network();
}

const LINEAR = { expert: undefined, isRelu: false };

class Builder {
  readonly #tape: Tape;
  readonly #spec: ModelSpec;
  /** What the first level reads: all paths the same, or each its own. */
  readonly #inputs: readonly Units[];
  readonly #draws: StepDraws;
  readonly #blocks: ReadonlyMap<string, ParameterBlock>;
  readonly #selections: Units[] = [];
  readonly #deeperUnits: Units[] = [];
  readonly #towerUnits: Units[] = [];
  readonly #first: FirstLayer[] = [];
  #gates: GateWeights[] = [];

  constructor(tape: Tape, spec: ModelSpec, inputs: readonly Units[], draws: StepDraws) {
    this.#tape = tape;
    this.#spec = spec;
    this.#inputs = inputs;
    this.#draws = draws;
    this.#blocks = new Map(parameterBlocks(spec).map((block) => [block.name, block]));
  }

  network(): Network {
    const { tasks, tower } = this.#spec;
    let paths = Array.from({ length: tasks + 1 }, (_, path) => this.#inputs[path] ?? this.#x);
    for (let level = 0; level < levelCount(this.#spec); level++) paths = this.#level(level, paths);
    const own = paths.slice(0, tasks);
    const last = this.#spec.ranks
      ? this.#factored("towers", tower.layers.length, own, this.#towerUnits)
      : own.map((path, k) => this.#stack(`towers/${k}`, tower.layers.length, path, this.#towerUnits));
    const outputs = last.map((units, k) => this.#dense(`towers/${k}/output`, units));
    return {
      outputs,
      gates: this.#gates,
      selections: this.#selections,
      deeperUnits: this.#deeperUnits,
      towerUnits: this.#towerUnits,
      first: this.#first,
    };
  }

  /** What all paths of the first level read, if it is the same. */
  get #x(): Units {
    return this.#inputs[0];
  }

  /** What each path of a level reads → what it gives; path K is that of the shared experts. */
  #level(level: number, inputs: readonly Units[]): Units[] {
    const { tasks, gating } = this.#spec;
    const experts = this.#experts(level, inputs);
    this.#gates = [];
    const paths = tasks + Number(hasSharedGate(this.#spec, level));
    const single = gating === "single" ? this.#gate(0, level, inputs[0]) : undefined;
    return Array.from({ length: paths }, (_, path) => this.#mix(path, level, experts, inputs[path], single));
  }

  #experts(level: number, inputs: readonly Units[]): Units[] {
    const { tasks, experts, gating, ranks } = this.#spec;
    if (gating === "cross-stitch") return this.#stitchedExperts();
    if (ranks) return this.#factored("experts", experts.layers.length, inputs.slice(0, tasks), this.#deeperUnits);
    return Array.from({ length: expertCount(this.#spec) }, (_, e) => {
      const path =
        Array.from({ length: tasks }, (_, k) => k).find((k) => expertsOn(this.#spec, k).includes(e)) ?? tasks;
      const name = networkName("experts", e, level);
      return this.#stack(name, experts.layers.length, inputs[path], this.#deeperUnits, e);
    });
  }

  /** What a path gives: that of a task to its tower or its networks of the next level. */
  #mix(path: number, level: number, all: readonly Units[], input: Units, single: GateWeights | undefined): Units {
    const { gating, tasks, experts } = this.#spec;
    const tape = this.#tape;
    switch (gating) {
      case "none":
      case "average":
      case "cross-stitch":
      case "l2-constrained":
      case "tensor-factorization": {
        const own = ownExpertsOf(this.#spec, path).map((e) => all[e]);
        return own.length === 1 ? own[0] : total(tape, own, 1 / own.length);
      }
      case "snr-trans":
        return this.#links(path, all);
      case "single":
      case "per-task":
      case "residual":
      case "detached": {
        const gate = single ?? this.#gate(path, level, input);
        if (path < tasks) this.#gates.push(gate);
        const learning = path === tasks ? gate.seen : ownExpertsOf(this.#spec, path);
        const learns = (e: number) => gating !== "detached" || learning.includes(e);
        const mix = mixed(
          tape,
          gate.weights,
          gate.seen.map((e): Mixed => ({ units: all[e], learns: learns(e) })),
        );
        if (gating !== "residual" || path === tasks) return mix;
        return total(tape, [mix, all[experts.shared + path]]);
      }
      default:
        return unreachable(gating);
    }
  }

  /** Gate number g of a level on what it reads. */
  #gate(g: number, level: number, input: Units): GateWeights {
    const { gate } = this.#spec;
    const name = networkName("gates", g, level);
    const seen = expertsOf(this.#spec, g);
    const hidden = this.#stack(name, gate.layers.length, input, []);
    const logits = this.#dense(`${name}/${gate.layers.length}`, hidden);
    const kind = gateKind(this.#spec);
    switch (kind) {
      case "softmax":
      case "top-k":
        return { weights: softmaxOfTop(this.#tape, logits, gate.top), seen };
      case "dselect-k":
        this.#selections.push(logits);
        return {
          weights: selected(this.#tape, logits, gate.select as NonNullable<typeof gate.select>, seen.length),
          seen,
        };
      default:
        return unreachable(kind);
    }
  }

  /** A network a task, whose units tasks exchange after each layer. */
  #stitchedExperts(): Units[] {
    const { tasks: K, experts } = this.#spec;
    let inputs = new Array<Units>(K).fill(this.#x);
    for (const i of experts.layers.keys()) {
      const units = inputs.map((input, k) => this.#layer(`experts/${k}`, i, input, this.#deeperUnits, k));
      const { offset } = this.#block(`stitches/0/${i}/stitch`);
      inputs = units.map((_, k) => linkedSum(this.#tape, units, { offset: offset + k * K, size: K }, ITSELF));
    }
    return inputs;
  }

  /** SNR-Trans: what task k reads of the experts, each through a matrix and a gate of the pair. */
  #links(k: number, experts: readonly Units[]): Units {
    const E = experts.length;
    const moved = experts.map((units, e) => this.#dense(`links/${k * E + e}/0`, units));
    const { offset } = this.#block("alphas/0/0/log-alpha");
    const { noise } = this.#draws;
    const gates = hardConcrete(noise && ((e) => noise(k, e)));
    return linkedSum(this.#tape, moved, { offset: offset + k * E, size: E }, gates);
  }

  /** All tasks' layers 0 to `depth`, whose kernels are products over tasks; `into` gets the units of ReLU layers. */
  #factored(part: "experts" | "towers", depth: number, inputs: readonly Units[], into: Units[]): Units[] {
    let units = [...inputs];
    for (let i = 0; i < depth; i++) {
      units = this.#factoredLayer(part, i, units);
      if (part === "experts" && !isReluLayer(this.#spec, i)) continue;
      units = units.map((one, k) => this.#active(`${part}/${k}/${i}`, one));
      into.push(...units);
    }
    return units;
  }

  /** What each task's layer reads → its units before their activation: (((h U) S_i) v_ki, summed over i) V + b_k. */
  #factoredLayer(part: "experts" | "towers", i: number, inputs: readonly Units[]): Units[] {
    const layer = `factors/${part}`;
    const { offset, shape } = this.#block(`${layer}/shares/${i}/shares`);
    const cores = shape[1];
    const throughCores = (input: Units) => {
      const reduced = this.#dense(`${layer}/inputs/${i}`, input);
      return Array.from({ length: cores }, (_, core) => this.#dense(`${layer}/cores/${core}/${i}`, reduced));
    };
    const common = inputs[0] === this.#x ? throughCores(this.#x) : undefined;
    const units = this.#block(`${layer}/units/${i}/kernel`);
    return inputs.map((input, k) => {
      const shares = { offset: offset + k * cores, size: cores };
      const mix = linkedSum(this.#tape, common ?? throughCores(input), shares, ITSELF);
      return dense(this.#tape, mix, units, this.#blocks.get(`${part}/${k}/${i}/bias`), false);
    });
  }

  /** Layers 0 to `depth` of a network; `into` gets the units of ReLU layers that don't read the rows. */
  #stack(name: string, depth: number, input: Units, into: Units[], expert?: number): Units {
    let units = input;
    for (let i = 0; i < depth; i++) units = this.#layer(name, i, units, into, expert);
    return units;
  }

  #layer(network: string, i: number, input: Units, into: Units[], expert?: number): Units {
    const isRelu = expert === undefined || isReluLayer(this.#spec, i);
    const units = this.#dense(`${network}/${i}`, input, { expert, isRelu });
    if (!isRelu) return units;
    const active = this.#active(`${network}/${i}`, units);
    if (!this.#inputs.includes(input)) into.push(active);
    return active;
  }

  /** A layer's units after its ReLU, and after dropout in a step; gates have none. */
  #active(layer: string, before: Units): Units {
    const units = rectified(this.#tape, before);
    const factors = layer.includes("gates/") ? undefined : this.#draws.factors?.(layer, units.width);
    return factors ? scaled(this.#tape, units, factors) : units;
  }

  #dense(layer: string, input: Units, of: Pick<FirstLayer, "expert" | "isRelu"> = LINEAR): Units {
    const kernel = this.#block(`${layer}/kernel`);
    const bias = this.#blocks.get(`${layer}/bias`);
    const isRows = this.#inputs.includes(input);
    const units = dense(this.#tape, input, kernel, bias, isRows && this.#spec.embeddings === undefined);
    if (isRows) this.#first.push({ ...of, kernel, bias, units });
    return units;
  }

  #block(name: string): ParameterBlock {
    const block = this.#blocks.get(name);
    if (block === undefined) throw new RangeError(`network: ${this.#spec.name} has no tensor ${name}`);
    return block;
  }
}

/** Rows [N, D], the last inputs of which are numbers of vectors → [N, read]: the plain inputs, then the vectors of tables `set`. */
function embedded(tape: Tape, spec: ModelSpec, rows: Units, set: number): Units {
  const [D, plain, width] = [spec.inputs, plainInputs(spec), readInputs(spec)];
  const tables = parameterBlocks(spec).filter(({ network }) => network === tablesName(set));
  const out = new Float64Array(tape.rows * width);
  for (let n = 0; n < tape.rows; n++) out.set(rows.values.subarray(n * D, n * D + plain), n * width);
  const eachNumber = (visit: (at: number, i: number, table: ParameterBlock) => void) => {
    for (let n = 0; n < tape.rows; n++) {
      let at = n * width + plain;
      for (const [t, table] of tables.entries()) {
        const size = table.shape[1];
        const first = rows.values[n * D + plain + t] * size;
        for (let j = 0; j < size; j++) visit(at++, first + j, table);
      }
    }
  };
  eachNumber((at, i, table) => {
    out[at] = tape.value(table)[i];
  });
  return tape.units(out, (gradient) => {
    eachNumber((at, i, table) => {
      const to = tape.gradientAt(table);
      if (to) to[i] += gradient[at];
    });
  });
}
