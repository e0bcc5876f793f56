// A model as a list of operations on the units of its networks. Engines interpret it, one case for each operation. The names of
// parameters stand here alone.
import { memo } from "../memo.ts";
import { traitsOf } from "./gatings.ts";
import {
  embeddingSets,
  expertCount,
  expertsOf,
  expertsOn,
  expertsTaughtBy,
  gateCount,
  gateOutputs,
  hasOneMix,
  isReluLayer,
  levelCount,
  type ModelSpec,
  outputsFor,
  plainInputs,
  type Ranks,
} from "./spec.ts";

/** `links` are learned sums that are no function of the row: cross-stitch units, SNR's connections. */
export type Part = "embeddings" | "experts" | "gates" | "links" | "towers" | "outputs";

/**
 * One tensor of a model. A kernel is [in, out], row-major; a bias is [out]; a stitch is [K, K], row k of task k; log-alphas are
 * [K, E]; shares, of a factored layer's cores, are [K, rank]; tables of embeddings are [rows, size]; factors of plain inputs are
 * [inputs, factors of all outputs]; gains and shifts are of the units of a layer norm.
 */
export interface ParameterBlock {
  /** Names its stream of initial values: its network, layer and kind, e.g. `experts/3/0/kernel`. */
  readonly name: string;
  readonly part: Part;
  /** Of experts and gates, from 0. */
  readonly level: number;
  /** E.g. `experts/3`, or `levels/1/experts/3` of the second level. */
  readonly network: string;
  /** `0`, `1`, ..; a tower's last is `output`. */
  readonly layer: string;
  readonly kind: "table" | "kernel" | "bias" | "stitch" | "log-alpha" | "shares" | "factors" | "gain" | "shift";
  readonly shape: readonly number[];
  /** Index of its first number in the model's parameters. */
  readonly offset: number;
  readonly size: number;
}

/** Numbers of all rows: 0 are the rows themselves, then comes what operations give, in order. */
export type Value = number;

/** Units x W + b of one layer of a network, or their ReLU. Several layers may have the same kernel. */
export interface Layer {
  readonly input: Value;
  readonly kernel: ParameterBlock;
  readonly bias: ParameterBlock | undefined;
  readonly isRelu: boolean;
  /** The name by which units are dropped, e.g. `experts/3/0`; undefined where none are. */
  readonly dropped: string | undefined;
  /** Whether it reads the rows, or their vectors. */
  readonly readsRows: boolean;
  /** The expert of its level whose layer it is. */
  readonly expert: number | undefined;
}

/** Experts by the weights of a gate. Experts are numbers in the operation's list. */
export interface Mix {
  /** The gate's outputs, from which its weights of the experts are made. */
  readonly gate: Value;
  /** The experts that it weighs, in order. */
  readonly seen: readonly number[];
  /** The experts that learn from the mix. */
  readonly taught: readonly number[];
  /** The expert that is added as it is. */
  readonly own: number | undefined;
  /** The name by which weights are dropped, e.g. `gates/0`; undefined where none are. */
  readonly dropped: string | undefined;
  /** The name by which logits are noisy, e.g. `gates/0`; undefined where none are. */
  readonly noisy: string | undefined;
}

/** A layer norm: units less their mean over their standard deviation, times `gain`, plus `shift`. */
export interface Norm {
  readonly input: Value;
  readonly gain: ParameterBlock;
  readonly shift: ParameterBlock;
}

/** Units times `factor` times the sigmoid of `by`, which may be the units. */
export interface Modulation {
  readonly units: Value;
  readonly by: Value;
  readonly factor: number;
}

/** A task's output, and the inner products of all pairs of vectors of factors that are added to it: of each plain input, times it, and of tables. */
export interface Machine {
  readonly output: Value;
  /** The rows, or the plain inputs and as many vectors as `tables` [outputs, factors]. */
  readonly input: Value;
  readonly factors: number;
  /** [plain inputs, outputs factors]; undefined without plain inputs. */
  readonly kernel: ParameterBlock | undefined;
  readonly tables: number;
}

interface Operands {
  /** Tables, whose vectors the last inputs of a row number, `slots` of each → one value: plain inputs, then the vectors, or their means. */
  readonly embed: { readonly tables: readonly ParameterBlock[]; readonly slots: readonly number[] };
  /** Layers side by side → a value of each. */
  readonly dense: { readonly layers: readonly Layer[] };
  /** Sums by learned coefficients [K, n], row k of which is of `parts[k]` → a value for each k. */
  readonly sum: { readonly coefficients: ParameterBlock; readonly parts: readonly (readonly Value[])[] };
  /** The experts that each mean is of → a value of each. */
  readonly average: { readonly experts: readonly Value[]; readonly seen: readonly (readonly number[])[] };
  readonly mix: { readonly experts: readonly Value[]; readonly mixes: readonly Mix[] };
  /** Layer norms → a value of each. */
  readonly normalize: { readonly norms: readonly Norm[] };
  /** → a value of each. */
  readonly modulate: { readonly modulations: readonly Modulation[] };
  /** Outputs of all tasks → a value of each; those of the tasks in `chain`, logits, become those of products, as of a spec's funnel. */
  readonly funnel: { readonly outputs: readonly Value[]; readonly chain: readonly number[] };
  /** → a value of each. */
  readonly pairs: { readonly machines: readonly Machine[] };
}

export type OperationOf<Kind extends keyof Operands> = Operands[Kind] & {
  readonly kind: Kind;
  readonly given: readonly Given[];
};

/** A value that an operation gives, and what learns from it: other values, and tensors or rows of them. */
interface Given {
  readonly value: Value;
  readonly values: readonly Value[];
  readonly parameters: readonly Pick<ParameterBlock, "offset" | "size">[];
}

export type Operation = { [Kind in keyof Operands]: OperationOf<Kind> }[keyof Operands];

export interface Program {
  /** In canonical order: embeddings, experts and gates of each level, then each tower with its output. */
  readonly parameters: readonly ParameterBlock[];
  readonly operations: readonly Operation[];
  /** What is predicted for each task, [K]. */
  readonly outputs: readonly Value[];
}

export const programOf = memo((spec: ModelSpec): Program => {
  const writer = new Writer(spec);
  return { outputs: writer.outputs(), operations: writer.operations, parameters: writer.parameters };
});

/** The layers of all dense operations. */
export function layersOf(spec: ModelSpec): Layer[] {
  return programOf(spec).operations.flatMap((operation) => (operation.kind === "dense" ? operation.layers : []));
}

/** Whether a tensor is a factor of several tasks' kernels. */
export function isFactor({ network }: ParameterBlock): boolean {
  return network.startsWith("factors/");
}

/** Whether a tensor is one of the cores of several tasks' kernels, which a task sums by its shares. */
export function isCore({ network }: ParameterBlock): boolean {
  return network.includes("/cores/");
}

type LayerName = Pick<ParameterBlock, "part" | "level" | "network" | "layer">;
type Unread = Omit<Layer, "input" | "readsRows">;

/** Layers of a network, from what it reads. */
interface Network {
  readonly input: Value;
  readonly layers: readonly Unread[];
}

/** Plain inputs and numbers of vectors that an `embed` gives of a row. */
export function embeddedInputs(spec: ModelSpec, tables: readonly ParameterBlock[]): number {
  return tables.reduce((sum, { shape }) => sum + (shape[1] as number), plainInputs(spec));
}

class Writer {
  readonly operations: Operation[] = [];
  readonly parameters: ParameterBlock[] = [];
  readonly #spec: ModelSpec;
  /** What networks of the first level read: the rows, vectors that all have in common, or those of each task. */
  readonly #inputs: readonly Value[];
  /** What the machines of tasks read, [K]: the rows, or vectors of factors of each task. */
  readonly #factors: readonly Value[];
  /** By value: how many numbers it has of a row. */
  readonly #widths: number[];
  /** What gates of towers give, [K, layers of a tower]; none without such gates. */
  #towerGates: readonly (readonly Value[])[] = [];

  constructor(spec: ModelSpec) {
    this.#spec = spec;
    this.#widths = [spec.inputs];
    const embedded = range(embeddingSets(spec)).flatMap((set) => this.#embedded(set, spec.embeddings));
    this.#inputs = embedded.length > 0 ? embedded : [0];
    this.#factors = range(spec.factors ? spec.tasks : 0).flatMap((k) => {
      const embeddings = spec.embeddings?.map((table) => ({ ...table, size: this.#factorsOf(k) }));
      return embeddings ? this.#embedded(spec.tasks + k, embeddings) : [0];
    });
  }

  #embedded(set: number, embeddings: ModelSpec["embeddings"] = []): Value[] {
    const tables = embeddings.map(({ rows, size }, i) =>
      this.#declare({ part: "embeddings", level: 0, network: `embeddings/${set}`, layer: `${i}` }, "table", [
        rows,
        size,
      ]),
    );
    const slots = embeddings.map(({ slots = 1 }) => slots);
    return this.#add("embed", { tables, slots }, [
      { width: embeddedInputs(this.#spec, tables), values: [], parameters: tables },
    ]);
  }

  /** Factors of all outputs of a task. */
  #factorsOf(k: number): number {
    return (this.#spec.factors ?? 0) * outputsFor(this.#spec, k);
  }

  outputs(): Value[] {
    const { tasks: K, tower, ranks, bias, funnel } = this.#spec;
    let paths: readonly Value[] = range(K + 1).map((path) => this.#inputs[path] ?? this.#inputs[0]);
    for (const level of range(levelCount(this.#spec))) paths = this.#level(level, paths);
    const inputs = ranks ? this.#factored("towers", tower.layers, paths.slice(0, K)) : paths;
    const towers = range(K).map((k) => {
      const sizes = [this.#widths[inputs[k]], ...(ranks ? [] : tower.layers)];
      const place = { level: 0, network: `towers/${k}` };
      const hidden = this.#stack({ ...place, part: "towers" }, sizes, bias, () => true);
      const last = [sizes[sizes.length - 1], outputsFor(this.#spec, k)] as const;
      const output = this.#layer({ ...place, part: "outputs", layer: "output" }, last, bias, false);
      return { input: inputs[k], layers: [...hidden, output] };
    });
    const isGated = (i: number) => this.#towerGates.length > 0 && i < tower.layers.length;
    const units = this.#networks(towers, (units, i) => (isGated(i) ? this.#gatedBy(units, i) : units));
    const outputs = this.#spec.factors ? this.#paired(units, this.#spec.factors) : units;
    return funnel ? this.#funnelled(outputs, funnel) : outputs;
  }

  #paired(outputs: readonly Value[], factors: number): Value[] {
    const [plain, tables] = [plainInputs(this.#spec), this.#spec.embeddings?.length ?? 0];
    const machines = outputs.map((output, k): Machine => {
      const place = { part: "outputs", level: 0, network: `towers/${k}`, layer: "output" } as const;
      const kernel = plain > 0 ? this.#declare(place, "factors", [plain, this.#factorsOf(k)]) : undefined;
      return { output, input: this.#factors[k], factors, kernel, tables };
    });
    const sources = machines.map(({ output, input, kernel }) => {
      return { width: this.#widths[output], values: [output, input], parameters: kernel ? [kernel] : [] };
    });
    return this.#add("pairs", { machines }, sources);
  }

  /** A task of the chain learns by what is before it, too. */
  #funnelled(outputs: readonly Value[], chain: readonly number[]): Value[] {
    const sources = outputs.map((output, k) => {
      const upTo = chain.slice(0, chain.indexOf(k) + 1).map((task) => outputs[task]);
      return { width: this.#widths[output], values: upTo.length > 0 ? upTo : [output], parameters: [] };
    });
    return this.#add("funnel", { outputs, chain }, sources);
  }

  /** PPNet: units of layer i of all towers, times twice the sigmoids of their gates. */
  #gatedBy(units: readonly Value[], i: number): Value[] {
    return this.#modulated(units.map((value, k) => ({ units: value, by: this.#towerGates[k][i], factor: 2 })));
  }

  /** The gates of towers, task by task, for each layer of a tower. */
  #ofTowers(paths: readonly Value[]): Network[] {
    const { tasks: K, tower } = this.#spec;
    return range(tower.gate ? K : 0).flatMap((k) =>
      tower.layers.map((units, i): Network => {
        const place = { part: "gates", level: 0, network: `gates/towers/${k}/${i}` } as const;
        const sizes = [this.#widths[paths[k]], tower.gate as number, units];
        return { input: paths[k], layers: this.#stack(place, sizes, true, (layer) => layer === 0) };
      }),
    );
  }

  /** What each path of a level reads → what it gives; path K is that of the shared experts. */
  #level(level: number, paths: readonly Value[]): readonly Value[] {
    const { tasks: K, experts, gate, bias } = this.#spec;
    const { links } = traitsOf(this.#spec);
    if (links === "factors") return this.#factored("experts", experts.layers, paths.slice(0, K));
    const [E, width] = [expertCount(this.#spec), this.#widths[paths[0]]];
    const place = (part: "experts" | "gates", i: number) => {
      return { part, level, network: networkName(level, part, i) };
    };
    const ofExperts = [K, ...range(K)].flatMap((path) =>
      expertsOn(this.#spec, path).map((e): Network => {
        const isRelu = (i: number) => isReluLayer(this.#spec, i);
        const layers = this.#stack(place("experts", e), [width, ...experts.layers], bias, isRelu);
        return { input: paths[path], layers: layers.map((layer) => ({ ...layer, expert: e })) };
      }),
    );
    if (links === "masks") return this.#masked(ofExperts);
    if (links === "stitches") return this.#networks(ofExperts, (units, i) => this.#stitched(units, i));
    const ofGates = range(gateCount(this.#spec, level)).map((g): Network => {
      const sizes = [width, ...gate.layers, gateOutputs(this.#spec, g)];
      return {
        input: paths[g],
        layers: this.#stack(place("gates", g), sizes, gate.bias, (i) => i < gate.layers.length),
      };
    });
    const ofTowers = level === 0 ? this.#ofTowers(paths) : [];
    const all = this.#networks([...ofExperts, ...ofGates, ...ofTowers]);
    const [units, G] = [this.#activated(level, all.slice(0, E)), E + ofGates.length];
    if (ofTowers.length > 0) this.#towerGates = chunks(all.slice(G), this.#spec.tower.layers.length);
    return links === "connections" ? this.#connected(units) : this.#mixed(level, units, all.slice(E, G));
  }

  /** The units of experts' last layers, normalised and with their activation, if that is no ReLU. */
  #activated(level: number, experts: readonly Value[]): readonly Value[] {
    const { norm, activation } = this.#spec.experts;
    const units = norm ? this.#normalized(level, experts) : experts;
    return activation === "swish"
      ? this.#modulated(units.map((value) => ({ units: value, by: value, factor: 1 })))
      : units;
  }

  #normalized(level: number, experts: readonly Value[]): Value[] {
    const norms = experts.map((input, e): Norm => {
      const place = { part: "experts", level, network: networkName(level, "experts", e), layer: "norm" } as const;
      const shape = [this.#widths[input]];
      return { input, gain: this.#declare(place, "gain", shape), shift: this.#declare(place, "shift", shape) };
    });
    const sources = norms.map(({ input, gain, shift }) => {
      return { width: this.#widths[input], values: [input], parameters: [gain, shift] };
    });
    return this.#add("normalize", { norms }, sources);
  }

  #modulated(modulations: readonly Modulation[]): Value[] {
    const sources = modulations.map(({ units, by }) => {
      return { width: this.#widths[units], values: [units, by], parameters: [] };
    });
    return this.#add("modulate", { modulations }, sources);
  }

  /** What paths read of a level's experts: by gates, or else the mean of what each sees. */
  #mixed(level: number, experts: readonly Value[], gates: readonly Value[]): Value[] {
    const { tasks: K, experts: sizes } = this.#spec;
    const isOne = hasOneMix(this.#spec);
    const seen = range(gates.length || (isOne ? 1 : K)).map((path) => expertsOf(this.#spec, path));
    const mixes = gates.map((gate, path): Mix => {
      const own = traitsOf(this.#spec).isResidual && path < K ? sizes.shared + path : undefined;
      const dropped = this.#spec.gate.dropout ? networkName(level, "gates", path) : undefined;
      const noisy = this.#spec.gate.noise ? networkName(level, "gates", path) : undefined;
      return { gate, seen: seen[path], taught: expertsTaughtBy(this.#spec, path), own, dropped, noisy };
    });
    const width = this.#widths[experts[0]];
    const source = (numbers: readonly number[], gate: readonly Value[] = []) => {
      return { width, values: [...gate, ...numbers.map((e) => experts[e])], parameters: [] };
    };
    const ofMixes = mixes.map(({ gate, taught }) => source(taught, [gate]));
    const areLone = gates.length === 0 && seen.every(({ length }) => length === 1);
    const mixed = areLone
      ? seen.map(([e]) => experts[e])
      : gates.length > 0
        ? this.#add("mix", { experts, mixes }, ofMixes)
        : this.#add(
            "average",
            { experts, seen },
            seen.map((own) => source(own)),
          );
    return isOne ? new Array<Value>(K).fill(mixed[0]) : mixed;
  }

  /** Cross-stitch units: after layer i, each task's units are a sum of all tasks'. */
  #stitched(units: readonly Value[], i: number): Value[] {
    const K = units.length;
    const place = { part: "links", level: 0, network: "stitches/0", layer: `${i}` } as const;
    return this.#sum(this.#declare(place, "stitch", [K, K]), new Array<readonly Value[]>(K).fill(units));
  }

  /** MTAN: the units of a task's expert times the sigmoids of the task's mask, which reads the layer before its last. */
  #masked(experts: readonly Network[]): Value[] {
    const { tasks: K, experts: sizes, gate } = this.#spec;
    const [before, width] = sizes.layers.slice(-2);
    const shared = this.#networks(experts.map(({ input, layers }) => ({ input, layers: layers.slice(0, -1) })));
    const ofTask = range(K).map((k) => expertsOf(this.#spec, k)[0]);
    const last = experts.map(({ layers }, e): Network => ({ input: shared[e], layers: layers.slice(-1) }));
    const masks = ofTask.map((e, k): Network => {
      const place = { part: "gates", level: 0, network: networkName(0, "gates", k) } as const;
      const layers = this.#stack(place, [before, ...gate.layers, width], gate.bias, (i) => i < gate.layers.length);
      return { input: shared[e], layers };
    });
    const units = this.#networks([...last, ...masks]);
    return this.#modulated(ofTask.map((e, k) => ({ units: units[e], by: units[experts.length + k], factor: 1 })));
  }

  /** SNR-Trans: a task reads a sum of all experts, each through a matrix of the pair, (1, 1), (1, 2), .. */
  #connected(experts: readonly Value[]): Value[] {
    const [K, E, H] = [this.#spec.tasks, experts.length, this.#widths[experts[0]]];
    const place = (network: string) => ({ part: "links", level: 0, network, layer: "0" }) as const;
    const layers = range(K * E).map((i) => this.#layer(place(`links/${i}`), [H, H], false, false));
    const moved = this.#dense(layers.map((layer, i) => this.#reading(layer, experts[i % E])));
    const coefficients = this.#declare(place("alphas/0"), "log-alpha", [K, E]);
    return this.#sum(coefficients, chunks(moved, E));
  }

  /**
   * The hidden layers of all tasks' experts or towers, whose kernels are Tucker products over tasks (Yang and Hospedales, ICLR
   * 2017): W_k = U (sum_i v_ki S_i) V. In order U [in, r1], the cores S_i [r1, r2], V [r2, out] and the shares v [K, r3];
   * then the tasks' biases.
   */
  #factored(part: "experts" | "towers", layers: readonly number[], inputs: readonly Value[]): readonly Value[] {
    const { tasks: K, bias } = this.#spec;
    const ranks = this.#spec.ranks as Ranks;
    return layers.reduce((reads, out, i) => {
      const from = this.#widths[reads[0]];
      const [r1, r2, r3] = [Math.min(ranks.inputs, from), Math.min(ranks.units, out), Math.min(ranks.tasks, K)];
      const place = (network: string) => ({ part, level: 0, network, layer: `${i}` });
      const factor = (name: string) => place(`factors/${part}/${name}`);
      const U = this.#layer(factor("inputs"), [from, r1], false, false);
      const cores = range(r3).map((core) => this.#layer(factor(`cores/${core}`), [r1, r2], false, false));
      const isRelu = part === "towers" || isReluLayer(this.#spec, i);
      const V = this.#layer(factor("units"), [r2, out], false, isRelu);
      const shares = this.#declare(factor("shares"), "shares", [K, r3]);
      const biases = range(bias ? K : 0).map((k) => this.#declare(place(`${part}/${k}`), "bias", [out]));

      const reduced = this.#dense([...new Set(reads)].map((input) => this.#reading(U, input)));
      const byCores = this.#dense(reduced.flatMap((input) => cores.map((core) => this.#reading(core, input))));
      const ofInputs = chunks(byCores, r3);
      const mixes = this.#sum(
        shares,
        range(K).map((k) => ofInputs[k % ofInputs.length]),
      );
      const dropped = (k: number) => (isRelu ? `${part}/${k}/${i}` : undefined);
      return this.#dense(mixes.map((mix, k) => ({ ...this.#reading(V, mix), bias: biases[k], dropped: dropped(k) })));
    }, inputs);
  }

  /** Networks layer by layer, from what each reads to its last units; `then` is what becomes of the units of layer i. */
  #networks(networks: readonly Network[], then = (units: Value[], _: number) => units): Value[] {
    const units = networks.map(({ input }) => input);
    for (let i = 0; networks.some(({ layers }) => i < layers.length); i++) {
      const deep = [...networks.keys()].filter((n) => i < networks[n].layers.length);
      const layers = deep.map((n) => this.#reading(networks[n].layers[i], units[n]));
      for (const [at, value] of then(this.#dense(layers), i).entries()) units[deep[at]] = value;
    }
    return units;
  }

  #reading(layer: Unread, input: Value): Layer {
    return { ...layer, input, readsRows: this.#inputs.includes(input) };
  }

  #dense(layers: readonly Layer[]): Value[] {
    const sources = layers.map(({ kernel, bias, input }) => {
      return { width: kernel.shape[1], values: [input], parameters: bias ? [kernel, bias] : [kernel] };
    });
    return this.#add("dense", { layers }, sources);
  }

  #sum(coefficients: ParameterBlock, parts: readonly (readonly Value[])[]): Value[] {
    const sources = parts.map((values, k) => {
      const row = { offset: coefficients.offset + k * values.length, size: values.length };
      return { width: this.#widths[values[0]], values, parameters: [row] };
    });
    return this.#add("sum", { coefficients, parts }, sources);
  }

  /** Adds an operation: the values that it gives. */
  #add<Kind extends Operation["kind"]>(
    kind: Kind,
    operands: Operands[Kind],
    sources: readonly (Omit<Given, "value"> & { readonly width: number })[],
  ): Value[] {
    const given = sources.map(({ width, ...source }) => ({ ...source, value: this.#widths.push(width) - 1 }));
    this.operations.push({ kind, given, ...operands } as unknown as Operation);
    return given.map(({ value }) => value);
  }

  /** Layers from sizes[0] units to the last. */
  #stack(
    place: Omit<LayerName, "layer">,
    sizes: readonly number[],
    hasBias: boolean,
    isRelu: (i: number) => boolean,
  ): Unread[] {
    return range(sizes.length - 1).map((i) =>
      this.#layer({ ...place, layer: `${i}` }, [sizes[i], sizes[i + 1]], hasBias, isRelu(i)),
    );
  }

  #layer(place: LayerName, shape: readonly [number, number], hasBias: boolean, isRelu: boolean): Unread {
    const kernel = this.#declare(place, "kernel", shape);
    const bias = hasBias ? this.#declare(place, "bias", [shape[1]]) : undefined;
    const dropped = isRelu && place.part !== "gates" ? `${place.network}/${place.layer}` : undefined;
    return { kernel, bias, isRelu, dropped, expert: undefined };
  }

  #declare(place: LayerName, kind: ParameterBlock["kind"], shape: readonly number[]): ParameterBlock {
    const before = this.parameters.at(-1) ?? { offset: 0, size: 0 };
    const size = shape.reduce((product, n) => product * n, 1);
    const name = `${place.network}/${place.layer}/${kind}`;
    const block = { ...place, name, kind, shape, offset: before.offset + before.size, size };
    this.parameters.push(block);
    return block;
  }
}

function networkName(level: number, part: "experts" | "gates", i: number): string {
  return `${level === 0 ? "" : `levels/${level}/`}${part}/${i}`;
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return range(items.length / size).map((i) => items.slice(i * size, (i + 1) * size));
}
