// Canonical parameters of R runs of one model as tensors with a leading axis R, and back.
import type { Tensor } from "@tensorflow/tfjs";
import { type ParameterBlock, parameterBlocks, parameterCount } from "../../models/parameters.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { Tf } from "./tf.ts";

/** Networks of one shape side by side: experts, gates or towers. */
export type Stack = "experts" | "gates" | "towers";

/** One tensor that holds the same block of every member of a stack. */
export interface PackedBlock {
  readonly stack: Stack;
  /** The member's blocks in order, one a member: n of them. */
  readonly members: readonly ParameterBlock[];
  /** Whether the layer reads x, the same for all members: one wide kernel [D, n*out] in place of [n, in, out]. */
  readonly wide: boolean;
  /** Without the leading axis R. A bias has a row axis of 1. */
  readonly shape: readonly number[];
}

/** One dense layer of every member of a stack: kernel [R, D, n*out] or [R, n, in, out], bias [R, 1, n*out] or [R, n, 1, out]. */
export interface Layer {
  readonly kernel: Tensor;
  readonly bias?: Tensor;
}

export type Layers = Record<Stack, readonly Layer[]>;

/** How a model's parameters lie in tensors, in the order of `pack`'s result. */
export function packing(spec: ModelSpec): PackedBlock[] {
  const byLayer = new Map<string, ParameterBlock[]>();
  for (const block of parameterBlocks(spec)) {
    const name = layerName(block.name);
    byLayer.set(name, [...(byLayer.get(name) ?? []), block]);
  }
  return Array.from(byLayer, ([name, members]) => packedBlock(name, members));
}

/** `experts/3/0/kernel` → `experts/0/kernel`: the name without its member. */
function layerName(name: string): string {
  const [stack, , ...rest] = name.split("/");
  return [stack, ...rest].join("/");
}

function packedBlock(name: string, members: ParameterBlock[]): PackedBlock {
  const [stack, layer] = name.split("/") as [Stack, string];
  const [rows, units] = matrix(members[0] as ParameterBlock);
  const wide = stack !== "towers" && layer === "0";
  const n = members.length;
  return { stack, members, wide, shape: wide ? [rows, n * units] : [n, rows, units] };
}

/** A bias is a matrix of one row. */
function matrix({ shape }: ParameterBlock): [number, number] {
  return (shape.length === 1 ? [1, shape[0]] : shape) as [number, number];
}

/** R parameter vectors [P] in canonical order → one tensor a packed block, [R, ...shape]. */
export function pack(tf: Tf, spec: ModelSpec, parameters: readonly Float32Array[]): Tensor[] {
  const P = parameterCount(spec);
  for (const { length } of parameters)
    if (length !== P) throw new RangeError(`pack: ${spec.name}: expected ${P} parameters, got ${length}`);

  return packing(spec).map((block) => {
    const size = sizeOf(block);
    const values = new Float32Array(parameters.length * size);
    for (const [r, source] of parameters.entries()) {
      for (const { canonical, packed, length } of rowsOf(block))
        values.set(source.subarray(canonical, canonical + length), r * size + packed);
    }
    return tf.tensor(values, [parameters.length, ...block.shape]);
  });
}

/** The reverse of `pack`: R parameter vectors [P]. */
export function unpack(spec: ModelSpec, tensors: readonly Tensor[]): Float32Array[] {
  const R = tensors[0]?.shape[0] ?? 0;
  const parameters = Array.from({ length: R }, () => new Float32Array(parameterCount(spec)));
  for (const [i, block] of packing(spec).entries()) {
    const size = sizeOf(block);
    const values = (tensors[i] as Tensor).dataSync<"float32">();
    for (const [r, target] of parameters.entries()) {
      for (const { canonical, packed, length } of rowsOf(block)) {
        const from = r * size + packed;
        target.set(values.subarray(from, from + length), canonical);
      }
    }
  }
  return parameters;
}

/** Where each row of each member's matrix lies, in canonical and in packed order. */
function* rowsOf({ members, wide }: PackedBlock): Generator<{ canonical: number; packed: number; length: number }> {
  for (const [member, block] of members.entries()) {
    const [rows, units] = matrix(block);
    for (let row = 0; row < rows; row++) {
      const packedRow = wide ? row * members.length + member : member * rows + row;
      yield { canonical: block.offset + row * units, packed: packedRow * units, length: units };
    }
  }
}

function sizeOf({ shape }: PackedBlock): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The tensors of `pack` as layers, first to last; a tower's last layer is its output. */
export function layersOf(spec: ModelSpec, tensors: readonly Tensor[]): Layers {
  const layers: Record<Stack, { kernel: Tensor; bias?: Tensor }[]> = { experts: [], gates: [], towers: [] };
  for (const [i, { stack, members }] of packing(spec).entries()) {
    const tensor = tensors[i] as Tensor;
    const layer = layers[stack].at(-1);
    if (members[0]?.kind === "bias" && layer) layer.bias = tensor;
    else layers[stack].push({ kernel: tensor });
  }
  return layers;
}
