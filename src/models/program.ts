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
  type Ranks,
  readInputs,
} from "./spec.ts";

/** `links` are learned sums that are no function of the row: cross-stitch units, SNR's connections. */
export type Part = "embeddings" | "experts" | "gates" | "links" | "towers" | "outputs";

/**
 * One tensor of a model. A kernel is [in, out], row-major; a bias is [out]; a stitch is [K, K], row k of task k; log-alphas are
 * [K, E]; shares, of a factored layer's cores, are [K, rank]; tables of embeddings are [rows, size].
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
  readonly kind: "table" | "kernel" | "bias" | "stitch" | "log-alpha" | "shares";
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
}

interface Operands {
  /** Tables, whose vectors the last inputs of a row number → one value: plain inputs, then the vectors. */
  readonly embed: { readonly tables: readonly ParameterBlock[] };
  /** Layers side by side → a value of each. */
  readonly dense: { readonly layers: readonly Layer[] };
  /** Sums by learned coefficients [K, n], row k of which is of `parts[k]` → a value for each k. */
  readonly sum: { readonly coefficients: ParameterBlock; readonly parts: readonly (readonly Value[])[] };
  /** The experts that each mean is of → a value of each. */
  readonly average: { readonly experts: readonly Value[]; readonly seen: readonly (readonly number[])[] };
  readonly mix: { readonly experts: readonly Value[]; readonly mixes: readonly Mix[] };
}

export type OperationOf<Kind extends keyof Operands> = Operands[Kind] & {
  readonly kind: Kind;
  /** The values that it gives. */
  readonly given: readonly Value[];
};

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

type Undeclared = Omit<ParameterBlock, "offset" | "size" | "name">;
type LayerSizes = Pick<ParameterBlock, "layer" | "part"> & { readonly units: number; readonly isRelu: boolean };

interface Network extends Pick<ParameterBlock, "network" | "level"> {
  readonly input: Value;
  readonly layers: readonly LayerSizes[];
  readonly hasBias: boolean;
  readonly expert?: number;
}

class Writer {
  readonly operations: Operation[] = [];
  readonly parameters: ParameterBlock[] = [];
  readonly #spec: ModelSpec;
  /** What networks of the first level read: the rows, vectors that all have in common, or those of each task. */
  readonly #inputs: readonly Value[];
  /** By value: how many numbers it has of a row. */
  readonly #widths: number[];

  constructor(spec: ModelSpec) {
    this.#spec = spec;
    this.#widths = [spec.inputs];
    const tables = range(embeddingSets(spec)).map((set) => this.#tables(set));
    const embedded = tables.flatMap((each) => this.#add("embed", { tables: each }, [readInputs(spec)]));
    this.#inputs = embedded.length > 0 ? embedded : [0];
  }

  outputs(): Value[] {
    const { tasks: K, tower, ranks, bias } = this.#spec;
    let paths: readonly Value[] = range(K + 1).map((path) => this.#inputs[path] ?? this.#inputs[0]);
    for (const level of range(levelCount(this.#spec))) paths = this.#level(level, paths);
    const inputs = ranks ? this.#factored("towers", tower.layers, paths.slice(0, K)) : paths;
    const hidden = ranks
      ? []
      : tower.layers.map((units, i): LayerSizes => ({ part: "towers", layer: `${i}`, units, isRelu: true }));
    return this.#networks(
      range(K).map((k) => {
        const output: LayerSizes = {
          part: "outputs",
          layer: "output",
          units: outputsFor(this.#spec, k),
          isRelu: false,
        };
        return { network: `towers/${k}`, level: 0, input: inputs[k], layers: [...hidden, output], hasBias: bias };
      }),
    );
  }

  /** What each path of a level reads → what it gives; path K is that of the shared experts. */
  #level(level: number, paths: readonly Value[]): Value[] {
    const { tasks: K, experts, gate, bias } = this.#spec;
    const { links } = traitsOf(this.#spec);
    if (links === "factors") return this.#factored("experts", experts.layers, paths.slice(0, K));
    const name = (part: "experts" | "gates", i: number) => `${level === 0 ? "" : `levels/${level}/`}${part}/${i}`;
    const ofExpert = (e: number, path: number): Network => {
      const layers = experts.layers.map((units, i): LayerSizes => {
        return { part: "experts", layer: `${i}`, units, isRelu: isReluLayer(this.#spec, i) };
      });
      return { network: name("experts", e), level, input: paths[path], layers, hasBias: bias, expert: e };
    };
    const ofGate = (g: number): Network => {
      const layers = [...gate.layers, gateOutputs(this.#spec, g)].map((units, i): LayerSizes => {
        return { part: "gates", layer: `${i}`, units, isRelu: i < gate.layers.length };
      });
      return { network: name("gates", g), level, input: paths[g], layers, hasBias: gate.bias };
    };
    const onPaths = [K, ...range(K)].flatMap((path) => expertsOn(this.#spec, path).map((e) => ofExpert(e, path)));
    if (links === "stitches") return this.#networks(onPaths, (units, i) => this.#stitched(units, i));
    const E = expertCount(this.#spec);
    const units = this.#networks([...onPaths, ...range(gateCount(this.#spec, level)).map(ofGate)]);
    return links === "connections" ? this.#connected(units) : this.#mixed(units.slice(0, E), units.slice(E));
  }

  /** What paths read of a level's experts: by gates, or else the mean of what each sees. */
  #mixed(experts: readonly Value[], gates: readonly Value[]): Value[] {
    const {
      tasks: K,
      experts: { shared },
    } = this.#spec;
    const each = gates.length > 0 ? range(gates.length) : range(hasOneMix(this.#spec) ? 1 : K);
    const seen = each.map((path) => expertsOf(this.#spec, path));
    const widths = each.map(() => this.#widths[experts[0]]);
    const { isResidual } = traitsOf(this.#spec);
    const mixes = gates.map((gate, path): Mix => {
      const own = isResidual && path < K ? shared + path : undefined;
      return { gate, seen: seen[path], taught: expertsTaughtBy(this.#spec, path), own };
    });
    const given =
      gates.length > 0
        ? this.#add("mix", { experts, mixes }, widths)
        : seen.every(({ length }) => length === 1)
          ? seen.map(([e]) => experts[e])
          : this.#add("average", { experts, seen }, widths);
    return hasOneMix(this.#spec) ? new Array<Value>(K).fill(given[0]) : given;
  }

  /** Cross-stitch units: after layer i, each task's units are a sum of all tasks'. */
  #stitched(units: readonly Value[], i: number): Value[] {
    const K = units.length;
    const coefficients = this.#declare({
      part: "links",
      level: 0,
      network: "stitches/0",
      layer: `${i}`,
      kind: "stitch",
      shape: [K, K],
    });
    return this.#sum(coefficients, new Array<readonly Value[]>(K).fill(units));
  }

  /** SNR-Trans: a task reads a sum of all experts, each through a matrix of the pair, (1, 1), (1, 2), .. */
  #connected(experts: readonly Value[]): Value[] {
    const [K, E, H] = [this.#spec.tasks, experts.length, this.#widths[experts[0]]];
    const of = { part: "links", level: 0 } as const;
    const layers = range(K * E).map((i) => this.#kernel({ ...of, network: `links/${i}`, layer: "0" }, H, H));
    const moved = this.#dense(layers.map((kernel, i) => this.#linear(kernel, experts[i % E])));
    const coefficients = this.#declare({ ...of, network: "alphas/0", layer: "0", kind: "log-alpha", shape: [K, E] });
    return this.#sum(
      coefficients,
      range(K).map((k) => moved.slice(k * E, (k + 1) * E)),
    );
  }

  /**
   * The hidden layers of all tasks' experts or towers, whose kernels are Tucker products over tasks (Yang and Hospedales, ICLR
   * 2017): W_k = U (sum_i v_ki S_i) V. In order U [in, r1], the cores S_i [r1, r2], V [r2, out] and the shares v [K, r3];
   * then the tasks' biases.
   */
  #factored(part: "experts" | "towers", layers: readonly number[], inputs: readonly Value[]): Value[] {
    const { tasks: K, bias } = this.#spec;
    const ranks = this.#spec.ranks as Ranks;
    return layers.reduce<readonly Value[]>((reads, out, i) => {
      const from = this.#widths[reads[0]];
      const [r1, r2, r3] = [Math.min(ranks.inputs, from), Math.min(ranks.units, out), Math.min(ranks.tasks, K)];
      const of = { part, level: 0, layer: `${i}` } as const;
      const factor = (name: string, rows: number, columns: number) =>
        this.#kernel({ ...of, network: `factors/${part}/${name}` }, rows, columns);
      const U = factor("inputs", from, r1);
      const cores = range(r3).map((core) => factor(`cores/${core}`, r1, r2));
      const V = factor("units", r2, out);
      const shares = this.#declare({ ...of, network: `factors/${part}/shares`, kind: "shares", shape: [K, r3] });
      const biases = bias ? range(K).map((k) => this.#bias({ ...of, network: `${part}/${k}` }, out)) : [];

      const reduced = this.#dense([...new Set(reads)].map((input) => this.#linear(U, input)));
      const byCores = this.#dense(reduced.flatMap((input) => cores.map((core) => this.#linear(core, input))));
      const ofTask = (k: number) => byCores.slice(r3 * (k % reduced.length), r3 * ((k % reduced.length) + 1));
      const mixes = this.#sum(shares, range(K).map(ofTask));
      const isRelu = part === "towers" || isReluLayer(this.#spec, i);
      return this.#dense(
        mixes.map((mix, k) => {
          return {
            ...this.#linear(V, mix),
            bias: biases[k],
            isRelu,
            dropped: isRelu ? `${part}/${k}/${i}` : undefined,
          };
        }),
      );
    }, inputs) as Value[];
  }

  /** Networks layer by layer, from what each reads to its last units; `then` is what becomes of the units of layer i. */
  #networks(networks: readonly Network[], then = (units: Value[], _: number) => units): Value[] {
    const declared = networks.map((network) => this.#declared(network));
    const units = networks.map(({ input }) => input);
    for (let i = 0; declared.some(({ length }) => i < length); i++) {
      const deep = [...networks.keys()].filter((n) => i < declared[n].length);
      const given = then(this.#dense(deep.map((n) => ({ ...declared[n][i], ...this.#read(units[n]) }))), i);
      for (const [at, n] of deep.entries()) units[n] = given[at];
    }
    return units;
  }

  #declared({ network, level, input, layers, hasBias, expert }: Network): Omit<Layer, "input" | "readsRows">[] {
    let from = this.#widths[input];
    return layers.map(({ part, layer, units, isRelu }) => {
      const of = { part, level, network, layer };
      const kernel = this.#kernel(of, from, units);
      const bias = hasBias ? this.#bias(of, units) : undefined;
      from = units;
      return { kernel, bias, isRelu, expert, dropped: isRelu && part !== "gates" ? `${network}/${layer}` : undefined };
    });
  }

  #linear(kernel: ParameterBlock, input: Value): Layer {
    return { kernel, bias: undefined, isRelu: false, dropped: undefined, expert: undefined, ...this.#read(input) };
  }

  #read(input: Value): Pick<Layer, "input" | "readsRows"> {
    return { input, readsRows: this.#inputs.includes(input) };
  }

  #dense(layers: readonly Layer[]): Value[] {
    return this.#add(
      "dense",
      { layers },
      layers.map(({ kernel }) => kernel.shape[1]),
    );
  }

  #sum(coefficients: ParameterBlock, parts: readonly (readonly Value[])[]): Value[] {
    return this.#add(
      "sum",
      { coefficients, parts },
      parts.map(([part]) => this.#widths[part]),
    );
  }

  /** Adds an operation that gives values of these widths: their numbers. */
  #add<Kind extends Operation["kind"]>(kind: Kind, operands: Operands[Kind], widths: readonly number[]): Value[] {
    const given = widths.map((width) => this.#widths.push(width) - 1);
    this.operations.push({ kind, given, ...operands } as unknown as Operation);
    return given;
  }

  #tables(set: number): ParameterBlock[] {
    return (this.#spec.embeddings ?? []).map(({ rows, size }, i) =>
      this.#declare({
        part: "embeddings",
        level: 0,
        network: `embeddings/${set}`,
        layer: `${i}`,
        kind: "table",
        shape: [rows, size],
      }),
    );
  }

  #kernel(of: Omit<Undeclared, "kind" | "shape">, from: number, units: number): ParameterBlock {
    return this.#declare({ ...of, kind: "kernel", shape: [from, units] });
  }

  #bias(of: Omit<Undeclared, "kind" | "shape">, units: number): ParameterBlock {
    return this.#declare({ ...of, kind: "bias", shape: [units] });
  }

  #declare(undeclared: Undeclared): ParameterBlock {
    const { network, layer, kind, shape } = undeclared;
    const before = this.parameters.at(-1) ?? { offset: 0, size: 0 };
    const size = shape.reduce((product, n) => product * n, 1);
    const block = { ...undeclared, name: `${network}/${layer}/${kind}`, offset: before.offset + before.size, size };
    this.parameters.push(block);
    return block;
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
