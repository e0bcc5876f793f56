// Canonical parameters of R runs of one model as tensors with a leading axis R, and back.
import type { Tensor } from "@tensorflow/tfjs-core";
import { type ParameterBlock, type Part, parameterBlocks, parameterCount } from "../../../models/parameters.ts";
import { expertCount, gateCount, type ModelSpec } from "../../../models/spec.ts";
import { groupBy } from "../../../stats/group-by.ts";
import type { Tf } from "../tf.ts";

/** Networks of one shape side by side: experts, gates or towers. */
export type Stack = "experts" | "gates" | "towers";

/** One tensor: the same block of every member of a stack, or the first kernels of all that read x. */
export interface PackedBlock {
  /** Name without the member: `experts/0/bias`, `towers/output/kernel`, `first/kernel`. */
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

export interface Layers {
  /** [R, D, W]: the first kernels of all experts, then of all gates. */
  readonly first: Tensor;
  readonly experts: Readers;
  readonly gates: Readers;
  /** The last is the output. */
  readonly towers: readonly StackedLayer[];
}

/** The layout of a model's parameters in tensors, in the order of `pack`'s result. */
export function packing(spec: ModelSpec): PackedBlock[] {
  const byName = groupBy(parameterBlocks(spec), packedName);
  return Array.from(byName, ([name, blocks]) =>
    name === FIRST ? besideEachOther(name, blocks) : stacked(name, blocks),
  );
}

/** `experts/3/1/kernel` → `experts/1/kernel`, and `first/kernel` for all that read x. */
function packedName({ name, part, kind }: ParameterBlock): string {
  const [, , layer] = name.split("/");
  const { stack, readsRows } = STACKS[part];
  return readsRows && layer === "0" && kind === "kernel" ? FIRST : `${stack}/${layer}/${kind}`;
}

/** The stack that a part of the model is in, and whether its first layer reads x. */
const STACKS: Readonly<Record<Part, { stack: Stack; readsRows: boolean }>> = {
  experts: { stack: "experts", readsRows: true },
  gates: { stack: "gates", readsRows: true },
  towers: { stack: "towers", readsRows: false },
  outputs: { stack: "towers", readsRows: false },
};

const FIRST = "first/kernel";

/** Kernels [D, units] as columns of one, [D, W]. */
function besideEachOther(name: string, blocks: readonly ParameterBlock[]): PackedBlock {
  const [rows] = matrix(blocks[0] as ParameterBlock);
  const size = sizeOf(blocks);
  let column = 0;
  const members = blocks.map((block) => {
    column += matrix(block)[1];
    return { block, at: column - matrix(block)[1], stride: size / rows };
  });
  return { name, shape: [rows, size / rows], size, members };
}

/** n matrices, one after the other. Biases of first layers are a row, as their units are. */
function stacked(name: string, blocks: readonly ParameterBlock[]): PackedBlock {
  const [rows, units] = matrix(blocks[0] as ParameterBlock);
  const size = sizeOf(blocks);
  const members = blocks.map((block, n) => ({ block, at: n * block.size, stride: units }));
  const isRow = name === "experts/0/bias" || name === "gates/0/bias";
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
    const values = (tensors[i] as Tensor).dataSync<"float32">();
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
  const byName = new Map(packing(spec).map(({ name }, i) => [name, tensors[i] as Tensor]));
  const layer = (name: string): StackedLayer => ({
    kernel: byName.get(`${name}/kernel`) as Tensor,
    bias: byName.get(`${name}/bias`),
  });
  const readers = (stack: Stack, n: number, deeper: readonly number[]): Readers => ({
    n,
    bias: byName.get(`${stack}/0/bias`),
    deeper: deeper.map((_, i) => layer(`${stack}/${i + 1}`)),
  });
  return {
    first: byName.get(FIRST) as Tensor,
    experts: readers("experts", expertCount(spec), spec.experts.layers.slice(1)),
    gates: readers("gates", gateCount(spec), spec.gate.layers),
    towers: [...spec.tower.layers.map((_, i) => layer(`towers/${i}`)), layer("towers/output")],
  };
}

/** The tensors of `pack` as one, [R, P], for one operation on all parameters. */
export function joined(tf: Tf, tensors: readonly Tensor[]): Tensor {
  return tf.tidy(() => {
    const rows = tensors.map((tensor) => tf.reshape(tensor, [tensor.shape[0] as number, -1]));
    return tf.concat(rows, 1);
  });
}

/** The reverse of `joined`. */
export function separated(tf: Tf, spec: ModelSpec, whole: Tensor): Tensor[] {
  return tf.tidy(() => {
    const blocks = packing(spec);
    const sizes = blocks.map(({ size }) => size);
    const parts = tf.split(whole, sizes, 1);
    return blocks.map(({ shape }, i) => tf.reshape(parts[i] as Tensor, [whole.shape[0] as number, ...shape]));
  });
}
