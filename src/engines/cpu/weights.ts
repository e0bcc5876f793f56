// The engine's layout of a model's parameters. Layers that read the same units are one: the first of all experts and gates,
// which read the rows; those on one path of a later level; and the first of all towers if those share an input.
//
// For panels of rows, weights lie unit after unit, [N][D rounded up to lanes]: a weight gradient is then a sum over rows of
// whole vectors of inputs. For row after row they are in strips of as many outputs as a vector has lanes, [ceil(N /
// lanes)][D4][lanes], D4 = D rounded up to 4: forwards, and in the one pass that updates them, a lane is an output. Padding
// is updated like the rest, with whatever is there, and never read by a product. Tables of embeddings are after all layers,
// vector after vector, [vectors][size rounded up to lanes]. Then come coefficients of sums, such as cross-stitch units, and
// biases whose kernels are products over tasks, each block as it is and rounded up.
import { traitsOf } from "../../models/gatings.ts";
import { parameterBlocks, parameterCount } from "../../models/parameters.ts";
import { type Layer, type OperationOf, type ParameterBlock, programOf } from "../../models/program.ts";
import type { ModelSpec } from "../../models/spec.ts";
import { groupBy } from "../../stats/group-by.ts";
import { roundUp } from "../rows/arena.ts";
import { type Layout, paddedInputs } from "../rows/panels.ts";

/** A dense layer of the canonical model and the first of its columns in the engine's layer. */
interface PlacedLayer {
  readonly kernel: ParameterBlock;
  readonly bias: ParameterBlock | undefined;
  readonly column: number;
}

/** A layer D → N as the engine computes it. Offsets are in numbers. */
export interface FusedLayer {
  readonly D: number;
  readonly N: number;
  /** Offset of the kernel, in the layout's order. */
  readonly kernel: number;
  /** Offset of the bias [N rounded up to lanes]; zeros if a part has none. */
  readonly bias: number;
  readonly parts: readonly PlacedLayer[];
  /** The parts as layers of the model, once for each input that is multiplied by these kernels. */
  readonly readings: readonly (readonly Layer[])[];
}

/** A table of vectors of `width` numbers, its size rounded up. */
interface PlacedTable {
  readonly block: ParameterBlock;
  /** Offset in numbers. */
  readonly at: number;
  readonly width: number;
}

export interface Weights {
  readonly layout: Layout;
  /** Whether a step moves only the vectors of tables that rows of the batch have. */
  readonly areLazy: boolean;
  /** How many there are. */
  readonly parameters: number;
  /** In canonical order. */
  readonly tables: readonly PlacedTable[];
  /** Offsets in numbers of blocks that are in no layer and no table. */
  readonly vectors: ReadonlyMap<ParameterBlock, number>;
  /** In the order of memory. */
  readonly layers: readonly FusedLayer[];
  /** Total of numbers, an odd number of cache lines: a weight and its moments then never share a cache set. */
  readonly size: number;
}

export function weightsOf(spec: ModelSpec, layout: Layout, areLazy = false): Weights {
  const { lanes } = layout;
  let size = 0;
  const take = (numbers: number) => {
    size += numbers;
    return size - numbers;
  };
  const layers = allReadings(spec).map((readings) => {
    const parts = partsOf(readings);
    const [D, N] = [parts[0].kernel.shape[0], parts.reduce((sum, { kernel }) => sum + kernel.shape[1], 0)];
    return { D, N, parts, readings, kernel: take(kernelSize({ D, N }, layout)), bias: take(roundUp(N, lanes)) };
  });
  const blocks = parameterBlocks(spec);
  const tables = blocks
    .filter(({ kind }) => kind === "table")
    .map((block) => {
      const width = roundUp(block.shape[1], lanes);
      return { block, width, at: take(block.shape[0] * width) };
    });
  const placed = new Set([
    ...layers.flatMap(({ parts }) => parts.flatMap(({ kernel, bias }) => [kernel, bias])),
    ...tables.map(({ block }) => block),
  ]);
  const vectors = blocks
    .filter((block) => !placed.has(block))
    .map((block) => {
      return [block, take(roundUp(block.size, lanes))] as const;
    });
  const numbers = 16 * (2 * Math.floor(size / 32) + 3);
  return {
    layout,
    areLazy,
    parameters: parameterCount(spec),
    layers,
    tables,
    vectors: new Map(vectors),
    size: numbers,
  };
}

/**
 * What layers of the engine compute: first those that read the rows, and those that are several layers of the model; then the others in
 * canonical order. Methods add up products of gradients in this order.
 */
function allReadings(spec: ModelSpec): Layer[][][] {
  const all = programOf(spec).operations.flatMap((operation) =>
    operation.kind === "dense" ? readingsOf(spec, operation) : [],
  );
  const isFirst = ([[layer, ...others]]: Layer[][]) => others.length > 0 || layer.readsRows;
  const alone = all.filter((readings) => !isFirst(readings));
  return [...all.filter(isFirst), ...alone.sort(([[a]], [[b]]) => a.kernel.offset - b.kernel.offset)];
}

/** An operation's layers by input, and inputs that are multiplied by the same kernels together. Layers that take their steps together are apart. */
function readingsOf(spec: ModelSpec, { layers }: OperationOf<"dense">): Layer[][][] {
  const areApart = traitsOf(spec).links === "constraint";
  const byInput = groupBy(layers, ({ input, kernel }) => (areApart ? kernel.name : `${input}`));
  const inOrder = [...byInput.values()].sort(([a], [b]) => a.input - b.input);
  return [...groupBy(inOrder, (reading) => reading.map(({ kernel }) => kernel.name).join()).values()];
}

/** A bias of its own for each of several inputs is in no layer. */
function partsOf([layers, ...others]: Layer[][]): PlacedLayer[] {
  let column = 0;
  return layers.map(({ kernel, bias }) => {
    column += kernel.shape[1];
    return { kernel, bias: others.length > 0 ? undefined : bias, column: column - kernel.shape[1] };
  });
}

/** Canonical parameters to the engine's, into `packed` [size]; its padding becomes 0. */
export function packWeights(weights: Weights, parameters: Float32Array, packed: Float32Array): void {
  packed.fill(0);
  forEachParameter(weights, (canonical, engine) => {
    packed[engine] = parameters[canonical];
  });
}

/** The engine's parameters to canonical ones. */
export function unpackWeights(weights: Weights, packed: Float32Array): Float32Array {
  const parameters = new Float32Array(weights.parameters);
  forEachParameter(weights, (canonical, engine) => {
    parameters[canonical] = packed[engine];
  });
  return parameters;
}

/** Bytes from the first number to each parameter, in canonical order, but for tables whose steps are lazy. */
export function parameterBytes(weights: Weights): Int32Array {
  const { areLazy, tables } = weights;
  const apart = areLazy ? tables.reduce((sum, { block }) => sum + block.size, 0) : 0; // tables are first
  const bytes = new Int32Array(weights.parameters - apart);
  forEachParameter({ ...weights, tables: areLazy ? [] : tables }, (canonical, engine) => {
    bytes[canonical - apart] = 4 * engine;
  });
  return bytes;
}

/** Where the numbers are that updates change, with padding, but for lazy tables: each stretch's first and how many there are. */
export function updatedRanges({ areLazy, layers, tables, vectors, layout: { lanes } }: Weights): [number, number][] {
  return [
    ...layers.map(({ N, kernel, bias, parts }): [number, number] => {
      const hasBias = parts.some((part) => part.bias !== undefined);
      return [kernel, (hasBias ? bias + roundUp(N, lanes) : bias) - kernel];
    }),
    ...(areLazy ? [] : tables).map(({ block, at, width }): [number, number] => [at, (block.shape[0] - 1) * width]), // the last is constant
    ...Array.from(vectors, ([{ size }, at]): [number, number] => [at, roundUp(size, lanes)]),
  ];
}

function forEachParameter(
  { layers, tables, vectors, layout }: Weights,
  visit: (canonical: number, engine: number) => void,
): void {
  for (const layer of layers) {
    for (const { kernel, bias, column } of layer.parts) {
      const [D, N] = kernel.shape as [number, number];
      for (let n = 0; n < N; n++) {
        for (let d = 0; d < D; d++) visit(kernel.offset + d * N + n, kernelIndex(layer, d, column + n, layout));
        if (bias) visit(bias.offset + n, layer.bias + column + n);
      }
    }
  }
  for (const { block, at, width } of tables) {
    const [vectors, size] = block.shape as [number, number];
    for (let v = 0; v < vectors; v++)
      for (let i = 0; i < size; i++) visit(block.offset + v * size + i, at + v * width + i);
  }
  for (const [{ offset, size }, at] of vectors) for (let i = 0; i < size; i++) visit(offset + i, at + i);
}

/** Offsets of the biases that no parameter stands for, in layers that have others: kernels update them all alike. */
export function noBiases({ layers }: Weights): number[] {
  const mixed = layers.filter(({ parts }) => parts.some(({ bias }) => bias !== undefined));
  return mixed.flatMap((layer) =>
    layer.parts
      .filter(({ bias }) => bias === undefined)
      .flatMap(({ kernel, column }) => {
        const first = layer.bias + column;
        return Array.from({ length: kernel.shape[1] }, (_, n) => first + n);
      }),
  );
}

/** Offset of the weight from input d to output n, in numbers. */
export function kernelIndex({ kernel, D }: FusedLayer, d: number, n: number, { panelRows, lanes }: Layout): number {
  return panelRows === 1
    ? kernel + (Math.floor(n / lanes) * paddedInputs(D) + d) * lanes + (n % lanes)
    : kernel + n * roundUp(D, lanes) + d;
}

/** Numbers that a layer's kernel takes; its bias follows. */
export function kernelSize({ D, N }: Pick<FusedLayer, "D" | "N">, { panelRows, lanes }: Layout): number {
  return panelRows === 1 ? roundUp(N, lanes) * paddedInputs(D) : N * roundUp(D, lanes);
}

/** The layers of an L2-constrained model that take their steps together, one a task. Outputs do if they are alike. */
export function constrainedLayers(spec: ModelSpec, { layers }: Weights): (readonly FusedLayer[])[] {
  if (traitsOf(spec).links !== "constraint") return [];
  const dense = programOf(spec).operations.filter((operation) => operation.kind === "dense");
  const all = dense.map((operation) => layersIn(operation, layers));
  return all.filter((ofTasks) => ofTasks.every(({ N }) => N === ofTasks[0].N));
}

/** The engine's layers of an operation. */
export function layersIn(operation: OperationOf<"dense">, layers: readonly FusedLayer[]): FusedLayer[] {
  return layers.filter(({ readings: [[first]] }) => operation.layers.includes(first));
}
