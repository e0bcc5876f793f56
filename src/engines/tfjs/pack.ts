// Canonical parameters of R runs of one model as one tensor [R, P], and the layers in it.
import type { Tensor } from "@tensorflow/tfjs";
import { type ParameterBlock, parameterBlocks, parameterCount } from "../../models/parameters.ts";
import { expertCount, gateCount, type ModelSpec } from "../../models/spec.ts";
import type { Tf } from "./tf.ts";

/** Networks of one shape side by side: experts, gates or towers. */
export type Stack = "experts" | "gates" | "towers";

/** What is one tensor in a forward pass: the same block of every member of a stack, or `first/kernel`. */
export interface PackedBlock {
  /** Without the member: `experts/0/bias`, `towers/output/kernel`. */
  readonly name: string;
  /** Without the leading axis R. A bias has a row axis of 1. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Where the rows of each member's matrix lie: the first, and how far the next one is. */
  readonly members: readonly { readonly block: ParameterBlock; readonly at: number; readonly stride: number }[];
}

/** n networks that read x: their first kernels are columns of `Layers.first`. */
export interface Readers {
  readonly n: number;
  /** [R, 1, n*units]. */
  readonly bias: Tensor | undefined;
  /** Layers behind the first. */
  readonly deeper: readonly Layer[];
}

/** One dense layer of n networks: kernel [R, n, in, out], bias [R, n, 1, out]. */
export interface Layer {
  readonly kernel: Tensor;
  readonly bias: Tensor | undefined;
}

export interface Layers {
  /** [R, D, W]: the first kernels of all experts, then of all gates. */
  readonly first: Tensor;
  readonly experts: Readers;
  readonly gates: Readers;
  /** The last is the output. */
  readonly towers: readonly Layer[];
}

/** How a model's parameters lie in [P]. */
export function packing(spec: ModelSpec): PackedBlock[] {
  const byName = new Map<string, ParameterBlock[]>();
  for (const block of parameterBlocks(spec)) {
    const name = packedName(block.name);
    byName.set(name, [...(byName.get(name) ?? []), block]);
  }
  let offset = 0;
  return Array.from(byName, ([name, blocks]) => {
    const packed = packedBlock(name, blocks, offset);
    offset += packed.size;
    return packed;
  });
}

/** `experts/3/1/kernel` → `experts/1/kernel`, and `first/kernel` for all that read x. */
function packedName(name: string): string {
  const [stack, , layer, kind] = name.split("/");
  return stack !== "towers" && layer === "0" && kind === "kernel" ? FIRST : `${stack}/${layer}/${kind}`;
}

const FIRST = "first/kernel";

function packedBlock(name: string, blocks: readonly ParameterBlock[], offset: number): PackedBlock {
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  const [rows, units] = matrix(blocks[0] as ParameterBlock);
  if (name !== FIRST) {
    const members = blocks.map((block, n) => ({ block, at: offset + n * block.size, stride: units }));
    const wide = name === "experts/0/bias" || name === "gates/0/bias";
    return { name, shape: wide ? [1, size] : [blocks.length, rows, units], size, members };
  }
  const width = size / rows;
  let column = offset;
  const members = blocks.map((block) => {
    const at = column;
    column += matrix(block)[1];
    return { block, at, stride: width };
  });
  return { name, shape: [rows, width], size, members };
}

/** A bias is a matrix of one row. */
function matrix({ shape }: ParameterBlock): [number, number] {
  return (shape.length === 1 ? [1, shape[0]] : shape) as [number, number];
}

/** R parameter vectors in canonical order → [R, P]. */
export function pack(tf: Tf, spec: ModelSpec, parameters: readonly Float32Array[]): Tensor {
  const P = parameterCount(spec);
  for (const { length } of parameters)
    if (length !== P) throw new RangeError(`pack: ${spec.name}: expected ${P} parameters, got ${length}`);

  const values = new Float32Array(parameters.length * P);
  for (const { canonical, packed, length } of rowsOf(spec)) {
    for (const [r, source] of parameters.entries())
      values.set(source.subarray(canonical, canonical + length), r * P + packed);
  }
  return tf.tensor(values, [parameters.length, P]);
}

/** The reverse of `pack`: [R, P] → R parameter vectors. */
export function unpack(spec: ModelSpec, tensor: Tensor): Float32Array[] {
  const [R, P] = tensor.shape as [number, number];
  const values = tensor.dataSync<"float32">();
  const parameters = Array.from({ length: R }, () => new Float32Array(P));
  for (const { canonical, packed, length } of rowsOf(spec)) {
    for (const [r, target] of parameters.entries())
      target.set(values.subarray(r * P + packed, r * P + packed + length), canonical);
  }
  return parameters;
}

/** Where each row of each matrix lies, in canonical and in packed order. */
function* rowsOf(spec: ModelSpec): Generator<{ canonical: number; packed: number; length: number }> {
  for (const { block, at, stride } of packing(spec).flatMap(({ members }) => members)) {
    const [rows, units] = matrix(block);
    for (let row = 0; row < rows; row++)
      yield { canonical: block.offset + row * units, packed: at + row * stride, length: units };
  }
}

/** [R, P] of `pack` → layers, first to last. */
export function layersOf(tf: Tf, spec: ModelSpec, parameters: Tensor): Layers {
  const blocks = packing(spec);
  const parts = tf.split(
    parameters,
    blocks.map(({ size }) => size),
    1,
  );
  const tensors = new Map(
    blocks.map(({ name, shape }, i) => [name, tf.reshape(parts[i] as Tensor, [-1, ...shape])] as const),
  );
  const layer = (name: string): Layer => ({
    kernel: tensors.get(`${name}/kernel`) as Tensor,
    bias: tensors.get(`${name}/bias`),
  });
  const readers = (stack: Stack, n: number, deeper: readonly number[]): Readers => ({
    n,
    bias: tensors.get(`${stack}/0/bias`),
    deeper: deeper.map((_, i) => layer(`${stack}/${i + 1}`)),
  });
  return {
    first: tensors.get(FIRST) as Tensor,
    experts: readers("experts", expertCount(spec), spec.experts.layers.slice(1)),
    gates: readers("gates", gateCount(spec), spec.gate.layers),
    towers: [...spec.tower.layers.map((_, i) => layer(`towers/${i}`)), layer("towers/output")],
  };
}
