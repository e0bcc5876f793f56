// Canonical parameters of R runs of one model as tensors with a leading axis R, and back.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { parameterBlocks, parameterCount } from "../../../models/parameters.ts";
import { isFactor, layersOf as layersOfSpec, type ParameterBlock } from "../../../models/program.ts";
import { expertCount, gateCount, hasSharedGate, levelCount, type ModelSpec } from "../../../models/spec.ts";
import { groupBy } from "../../../stats/group-by.ts";
import type { Tf } from "../tf.ts";
import type { FactoredLayer } from "./factors.ts";
import type { Links } from "./mix.ts";

/** Networks of one shape side by side: the experts or the gates of a level, the one gate for shared experts, or towers. */
type Stack =
  | ("embeddings" | "experts" | "stitches" | "links" | "alphas" | "gates" | "shared-gate" | "towers")
  | `factors/${"experts" | "towers"}/${"inputs" | "cores" | "units" | "shares"}`;

/** One tensor: the same block of every member of a stack, or the first kernels of all that read x. */
interface PackedBlock {
  /** Name without the member: `experts/0/bias`, `levels/1/gates/0/kernel`, `towers/output/kernel`, `first/kernel`. */
  readonly name: string;
  /** Shape without the leading axis R. A bias has a row axis of 1. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Position of the rows of each member's matrix: the first, and the distance to the next. */
  readonly members: readonly { readonly block: ParameterBlock; readonly at: number; readonly stride: number }[];
}

/** n networks that read x: their first kernels are columns of `Layers.first`. */
export interface Readers {
  readonly n: number;
  /** [R, 1, n*units]. */
  readonly bias: Tensor | undefined;
  /** Layers after the first. */
  readonly deeper: readonly StackedLayer[];
}

/** One dense layer of n networks: kernel [R, n, in, out], bias [R, n, 1, out]. */
export interface StackedLayer {
  readonly kernel: Tensor;
  readonly bias: Tensor | undefined;
}

/** Networks of a level after the first, layer by layer; without a shared gate, that has none. */
export interface Level {
  readonly experts: readonly StackedLayer[];
  readonly gates: readonly StackedLayer[];
  readonly sharedGate: readonly StackedLayer[];
}

export interface Layers {
  /** [R, S, rows, size] for each embedding, S tables of each: one for all tasks, or one for each. */
  readonly embeddings: readonly Tensor[];
  /** [R, D, W], D what networks read: the first kernels of all experts, then of all gates, that for shared experts last. */
  readonly first: Tensor;
  readonly experts: Readers;
  /** [R, 1, K, K] for each layer of the experts; none without cross-stitch units. */
  readonly stitches: readonly Tensor[];
  /** With SNR's connections. */
  readonly links?: Links;
  /** With kernels that are products over tasks; the last layer of towers, the output, is none. */
  readonly factors?: { readonly experts: readonly FactoredLayer[]; readonly towers: readonly FactoredLayer[] };
  readonly gates: Readers;
  readonly sharedGate: Readers;
  /** Those after the first. */
  readonly levels: readonly Level[];
  /** The last is the output. */
  readonly towers: readonly StackedLayer[];
}

/** The layout of a model's parameters in tensors, in the order of `pack`'s result. */
export function packing(spec: ModelSpec): PackedBlock[] {
  const first = layersOfSpec(spec).filter(({ readsRows }) => readsRows);
  const reading = new Set(first.flatMap(({ kernel, bias }) => [kernel, bias]));
  const byName = groupBy(parameterBlocks(spec), (block) => packedName(spec, block, reading.has(block)));
  return Array.from(byName, ([name, blocks]) =>
    name === FIRST ? besideEachOther(name, blocks) : stacked(name, blocks, reading.has(blocks[0])),
  );
}

/** `experts/3/1/kernel` → `experts/1/kernel`, and `first/kernel` for all that read x. */
function packedName(spec: ModelSpec, block: ParameterBlock, readsRows: boolean): string {
  const { layer, kind, level } = block;
  return readsRows && kind === "kernel" ? FIRST : `${stackName(stackOf(spec, block), level)}/${layer}/${kind}`;
}

function stackName(stack: Stack, level: number): string {
  return level === 0 ? stack : `levels/${level}/${stack}`;
}

function stackOf({ tasks }: ModelSpec, block: ParameterBlock): Stack {
  const { part, network } = block;
  if (isFactor(block)) return network.replace(/\/\d+$/, "") as Stack;
  switch (part) {
    case "embeddings":
    case "experts":
      return part;
    case "links":
      return network.replace(/\/.*/, "") as "stitches" | "links" | "alphas";
    case "gates":
      return network.endsWith(`/${tasks}`) ? "shared-gate" : part; // after one for each task
    case "towers":
    case "outputs":
      return "towers";
    default:
      return unreachable(part);
  }
}

const FIRST = "first/kernel";
const ALPHAS = "alphas/0/log-alpha";

/** Kernels [D, units] as columns of one, [D, W]. */
function besideEachOther(name: string, blocks: readonly ParameterBlock[]): PackedBlock {
  const [rows] = matrix(blocks[0]);
  const size = sizeOf(blocks);
  let column = 0;
  const members = blocks.map((block) => {
    column += matrix(block)[1];
    return { block, at: column - matrix(block)[1], stride: size / rows };
  });
  return { name, shape: [rows, size / rows], size, members };
}

/**
 * n matrices, one after the other. Biases of first layers are a row, as their units are. Where tasks differ in their outputs,
 * each has the columns of the widest; those beyond its own stay 0.
 */
function stacked(name: string, blocks: readonly ParameterBlock[], isRow: boolean): PackedBlock {
  const [rows] = matrix(blocks[0]);
  const units = Math.max(...blocks.map((block) => matrix(block)[1]));
  const size = blocks.length * rows * units;
  const members = blocks.map((block, n) => ({ block, at: n * rows * units, stride: units }));
  return { name, shape: isRow ? [1, size] : [blocks.length, rows, units], size, members };
}

function sizeOf(blocks: readonly ParameterBlock[]): number {
  return blocks.reduce((sum, { size }) => sum + size, 0);
}

/** A bias is a matrix of one row. */
function matrix({ shape }: ParameterBlock): [number, number] {
  return (shape.length === 1 ? [1, shape[0]] : shape) as [number, number];
}

/** R parameter vectors [P] in canonical order → one tensor for each packed block, [R, ...shape]. */
export function pack(tf: Tf, spec: ModelSpec, parameters: readonly Float32Array[]): Tensor[] {
  const P = parameterCount(spec);
  for (const { length } of parameters)
    if (length !== P) throw new RangeError(`pack: ${spec.name}: expected ${P} parameters, got ${length}`);

  return packing(spec).map((packed) => {
    const values = new Float32Array(parameters.length * packed.size);
    for (const [r, source] of parameters.entries()) {
      for (const { canonical, at, length } of rowsOf(packed))
        values.set(source.subarray(canonical, canonical + length), r * packed.size + at);
    }
    return tf.tensor(values, [parameters.length, ...packed.shape]);
  });
}

/** The reverse of `pack`: R parameter vectors [P]. */
export function unpack(spec: ModelSpec, tensors: readonly Tensor[]): Float32Array[] {
  const R = tensors[0]?.shape[0] ?? 0;
  const parameters = Array.from({ length: R }, () => new Float32Array(parameterCount(spec)));
  for (const [i, packed] of packing(spec).entries()) {
    const values = tensors[i].dataSync<"float32">();
    for (const [r, target] of parameters.entries()) {
      for (const { canonical, at, length } of rowsOf(packed))
        target.set(values.subarray(r * packed.size + at, r * packed.size + at + length), canonical);
    }
  }
  return parameters;
}

/** Position of each row of each member's matrix, in canonical order and in the packed block. */
function* rowsOf({ members }: PackedBlock): Generator<{ canonical: number; at: number; length: number }> {
  for (const { block, at, stride } of members) {
    const [rows, units] = matrix(block);
    for (let row = 0; row < rows; row++)
      yield { canonical: block.offset + row * units, at: at + row * stride, length: units };
  }
}

/** The tensors of `pack` as layers, first to last. */
export function layersOf(spec: ModelSpec, tensors: readonly Tensor[]): Layers {
  const byName = new Map(packing(spec).map(({ name }, i) => [name, tensors[i]]));
  const layer = (name: string): StackedLayer => ({
    kernel: byName.get(`${name}/kernel`) as Tensor,
    bias: byName.get(`${name}/bias`),
  });
  /** Layers `from`.. of a stack, as far as there are any. */
  const layers = (stack: Stack, level: number, from = 0): StackedLayer[] => {
    const name = `${stackName(stack, level)}/${from}`;
    return byName.has(`${name}/kernel`) ? [layer(name), ...layers(stack, level, from + 1)] : [];
  };
  const readers = (stack: Stack, n: number): Readers => ({
    n,
    bias: byName.get(`${stack}/0/bias`),
    deeper: layers(stack, 0, 1),
  });
  const factored = (part: "experts" | "towers", { length }: readonly number[]): FactoredLayer[] =>
    Array.from({ length }, (_, i) => ({
      inputs: byName.get(`factors/${part}/inputs/${i}/kernel`),
      cores: byName.get(`factors/${part}/cores/${i}/kernel`) as Tensor,
      units: byName.get(`factors/${part}/units/${i}/kernel`) as Tensor,
      shares: byName.get(`factors/${part}/shares/${i}/shares`) as Tensor,
      bias: byName.get(`${part}/${i}/bias`),
    }));
  const shared = Number(hasSharedGate(spec, 0));
  return {
    embeddings: (spec.embeddings ?? []).map((_, i) => byName.get(`embeddings/${i}/table`) as Tensor),
    first: byName.get(FIRST) as Tensor,
    experts: readers("experts", expertCount(spec)),
    stitches: [...byName].filter(([name]) => name.startsWith("stitches/")).map(([, stitch]) => stitch),
    ...(byName.has(ALPHAS) && {
      links: { kernels: byName.get("links/0/kernel") as Tensor, logAlphas: byName.get(ALPHAS) as Tensor },
    }),
    ...(spec.ranks && {
      factors: { experts: factored("experts", spec.experts.layers), towers: factored("towers", spec.tower.layers) },
    }),
    gates: readers("gates", gateCount(spec) - shared),
    sharedGate: readers("shared-gate", shared),
    levels: Array.from({ length: levelCount(spec) - 1 }, (_, i) => ({
      experts: layers("experts", i + 1),
      gates: layers("gates", i + 1),
      sharedGate: layers("shared-gate", i + 1),
    })),
    towers: [...layers("towers", 0), layer("towers/output")],
  };
}

/** The tensors of `pack` as one, [R, P], for one operation on all parameters. */
export function joined(tf: Tf, tensors: readonly Tensor[]): Tensor {
  return tf.tidy(() => {
    const rows = tensors.map((tensor) => tf.reshape(tensor, [tensor.shape[0], -1]));
    return tf.concat(rows, 1);
  });
}

/** The reverse of `joined`. */
export function separated(tf: Tf, spec: ModelSpec, whole: Tensor): Tensor[] {
  return tf.tidy(() => {
    const blocks = packing(spec);
    const sizes = blocks.map(({ size }) => size);
    const parts = tf.split(whole, sizes, 1);
    return blocks.map(({ shape }, i) => tf.reshape(parts[i], [whole.shape[0], ...shape]));
  });
}
