// Canonical parameters of R runs of one model as tensors with a leading axis R, and back.
import type { Tensor } from "@tensorflow/tfjs-core";
import { parameterCount } from "../../../models/parameters.ts";
import { type Layer, type OperationOf, type ParameterBlock, programOf } from "../../../models/program.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import { groupBy } from "../../../stats/group-by.ts";
import type { Tf } from "../tf.ts";

/** One tensor: blocks of one shape after each other, or kernels beside each other. */
interface PackedBlock {
  /** The name of its first block. */
  readonly name: string;
  /** Shape without the leading axis R. A bias has a row axis of 1. */
  readonly shape: readonly number[];
  readonly size: number;
  /** Position of the rows of each block's matrix: the first, and the distance to the next. */
  readonly parts: readonly { readonly block: ParameterBlock; readonly at: number; readonly stride: number }[];
}

/** The layers of an operation that have one shape. */
export function stacksOf({ layers }: OperationOf<"dense">): Layer[][] {
  const shapeOf = ({ kernel, bias, isRelu }: Layer) => [kernel.part, kernel.shape, bias === undefined, isRelu].join();
  return [...groupBy(layers, shapeOf).values()];
}

/** Whether all layers of an operation read the same units: then they have one product. */
export function readSame({ layers }: OperationOf<"dense">): boolean {
  return layers.every(({ input }) => input === layers[0].input);
}

/** The kernels of layers, each of which multiplies each of their inputs; undefined if each has an input of its own. */
export function commonKernels(layers: readonly Layer[]): ParameterBlock[] | undefined {
  const [kernels, inputs] = [new Set(layers.map(({ kernel }) => kernel)), new Set(layers.map(({ input }) => input))];
  return kernels.size * inputs.size === layers.length ? [...kernels] : undefined;
}

/** The layout of a model's parameters in tensors, in the order of `pack`'s result: stacks of layers, then all others alone. */
export function packing(spec: ModelSpec): PackedBlock[] {
  const { operations, parameters } = programOf(spec);
  const packed = operations.flatMap((operation) => (operation.kind === "dense" ? packedLayers(operation) : []));
  const known = new Set(packed.flatMap(({ parts }) => parts.map(({ block }) => block)));
  return [...packed, ...parameters.filter((block) => !known.has(block)).map((block) => afterEachOther([block]))];
}

function packedLayers(operation: OperationOf<"dense">): PackedBlock[] {
  const stacks = stacksOf(operation);
  const biases = stacks.map((layers) => layers.flatMap(({ bias }) => bias ?? []));
  const kernels = readSame(operation)
    ? [besideEachOther(stacks.flatMap((layers) => layers.map(({ kernel }) => kernel)))]
    : stacks.map((layers) => {
        const common = commonKernels(layers);
        return common ? besideEachOther(common) : afterEachOther(layers.map(({ kernel }) => kernel));
      });
  return [...kernels, ...biases.filter(({ length }) => length > 0).map(afterEachOther)];
}

/** Kernels [D, units] as columns of one, [D, W]. */
function besideEachOther(blocks: readonly ParameterBlock[]): PackedBlock {
  const [rows] = matrix(blocks[0]);
  const size = blocks.reduce((sum, block) => sum + block.size, 0);
  let column = 0;
  const parts = blocks.map((block) => {
    column += matrix(block)[1];
    return { block, at: column - matrix(block)[1], stride: size / rows };
  });
  return { name: blocks[0].name, shape: [rows, size / rows], size, parts };
}

/** n matrices of one shape. */
function afterEachOther(blocks: readonly ParameterBlock[]): PackedBlock {
  const [rows, units] = matrix(blocks[0]);
  const parts = blocks.map((block, n) => ({ block, at: n * rows * units, stride: units }));
  return { name: blocks[0].name, shape: [blocks.length, rows, units], size: blocks.length * rows * units, parts };
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

/** Position of each row of each block's matrix, in canonical order and in the packed block. */
function* rowsOf({ parts }: PackedBlock): Generator<{ canonical: number; at: number; length: number }> {
  for (const { block, at, stride } of parts) {
    const [rows, units] = matrix(block);
    for (let row = 0; row < rows; row++)
      yield { canonical: block.offset + row * units, at: at + row * stride, length: units };
  }
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
