// The engine's layout of a model's parameters. Layers that read the same units are one: the first of all experts and gates,
// which read the rows; those on one path of a later level; and the first of all towers if those share an input.
//
// For panels of rows, weights lie unit after unit, [N][D rounded up to lanes]: a weight gradient is then a sum over rows of
// whole vectors of inputs. For row after row they are in strips of as many outputs as a vector has lanes, [ceil(N /
// lanes)][D4][lanes], D4 = D rounded up to 4: forwards, and in the one pass that updates them, a lane is an output. Padding
// is updated like the rest, with whatever is there, and never read by a product. Tables of embeddings are after all layers,
// vector after vector, [vectors][size rounded up to lanes]. Then come coefficients of sums, such as cross-stitch units, and
// biases whose kernels are products over tasks, each block as it is and rounded up.
import {
  networkName,
  type ParameterBlock,
  parameterBlocks,
  parameterCount,
  readsRows,
} from "../../models/parameters.ts";
import {
  embeddingSets,
  expertCount,
  expertsOn,
  gateCount,
  hasOneMix,
  levelCount,
  type ModelSpec,
} from "../../models/spec.ts";
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
  /** Offsets in numbers of blocks that are in no layer and no table, by name. */
  readonly vectors: ReadonlyMap<string, { readonly block: ParameterBlock; readonly at: number }>;
  /**
   * By the canonical name of a layer, e.g. `towers/0/0`; layers that read the same units are one: `first`,
   * `levels/1/paths/0`, `towers`, `links/of/0` of expert 0, `factors/experts/cores/0`. In place of `first`, tasks with
   * embeddings or a place in memory of their own have `levels/0/paths/0` and so on.
   */
  readonly layers: ReadonlyMap<string, FusedLayer>;
  /** Total of numbers, an odd number of cache lines: a weight and its moments then never share a cache set. */
  readonly size: number;
}

/** The engine's layout of a model's parameters. */
export function weightsOf(spec: ModelSpec, layout: Layout, areLazy = false): Weights {
  const blocks = new Map(parameterBlocks(spec).map((block) => [block.name, block]));
  const names = [...blocks.values()].filter(({ kind }) => kind === "kernel").map(layerName);
  const areApart = firstsAreApart(spec);
  const joined = {
    ...(!areApart && { first: firstNames(blocks) }),
    ...pathLayers(spec, areApart ? 0 : 1),
    ...(hasOneMix(spec) && { towers: towerNames(spec) }),
    ...linkLayers(spec),
    ...coreLayers(blocks),
  };
  const layers = new Map<string, FusedLayer>();
  let size = 0;
  const add = (name: string, members: readonly string[]) => {
    const layer = layerOf(blocks, members, size, layout);
    layers.set(name, layer);
    size = layer.bias + roundUp(layer.N, layout.lanes);
  };
  for (const [name, members] of Object.entries(joined)) add(name, members);
  const alone = names.filter((name) => !Object.values(joined).flat().includes(name));
  for (const name of alone) add(name, [name]);
  const tables = [...blocks.values()].filter(({ kind }) => kind === "table");
  const placed = tables.map((block): PlacedTable => {
    const [vectors, width] = [block.shape[0], roundUp(block.shape[1], layout.lanes)];
    const at = size;
    size += vectors * width;
    return { block, at, width };
  });
  const inLayers = new Set(
    [...layers.values()].flatMap(({ parts }) => parts.flatMap(({ kernel, bias }) => [kernel, bias])),
  );
  const others = [...blocks.values()].filter((block) => block.kind !== "table" && !inLayers.has(block));
  const vectors = others.map((block) => {
    const at = size;
    size += roundUp(block.size, layout.lanes);
    return [block.name, { block, at }] as const;
  });
  const numbers = 16 * (2 * Math.floor(size / 32) + 3);
  const parameters = parameterCount(spec);
  return { layout, areLazy, parameters, layers, tables: placed, vectors: new Map(vectors), size: numbers };
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
    ...[...layers.values()].map(({ N, kernel, bias, parts }): [number, number] => {
      const hasBias = parts.some((part) => part.bias !== undefined);
      return [kernel, (hasBias ? bias + roundUp(N, lanes) : bias) - kernel];
    }),
    ...(areLazy ? [] : tables).map(({ block, at, width }): [number, number] => [at, (block.shape[0] - 1) * width]), // the last is constant
    ...[...vectors.values()].map(({ block, at }): [number, number] => [at, roundUp(block.size, lanes)]),
  ];
}

function forEachParameter(
  { layers, tables, vectors, layout }: Weights,
  visit: (canonical: number, engine: number) => void,
): void {
  for (const layer of layers.values()) {
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
  for (const { block, at } of vectors.values()) for (let i = 0; i < block.size; i++) visit(block.offset + i, at + i);
}

/** Offsets of the biases that no parameter stands for, in layers that have others: kernels update them all alike. */
export function noBiases({ layers }: Weights): number[] {
  const mixed = [...layers.values()].filter(({ parts }) => parts.some(({ bias }) => bias !== undefined));
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

/** Whether the first layers of tasks are no single layer: they read vectors of their own, or take their steps together. */
export function firstsAreApart(spec: ModelSpec): boolean {
  return embeddingSets(spec) > 1 || spec.gating === "l2-constrained";
}

/** The layers of an L2-constrained model that take their steps together, [K] names each. Outputs do if they are alike. */
export function constrainedLayers({ tasks, experts, tower, outputs, gating }: ModelSpec): string[][] {
  if (gating !== "l2-constrained") return [];
  const isAlike = new Set(outputs).size <= 1;
  return [
    pathsOf({ tasks, experts }).map((path) => pathName(0, path)),
    ...experts.layers.slice(1).map((_, i) => numbered("experts", tasks, String(i + 1))),
    ...tower.layers.map((_, i) => numbered("towers", tasks, String(i))),
    ...(isAlike ? [numbered("towers", tasks, "output")] : []),
  ];
}

/** What each expert's units are multiplied by for all tasks, with SNR's connections. */
function linkLayers(spec: ModelSpec): Record<string, string[]> {
  if (spec.gating !== "snr-trans") return {};
  const E = expertCount(spec);
  const tasks = Array.from({ length: spec.tasks }, (_, k) => k);
  return Object.fromEntries(
    Array.from({ length: E }, (_, e) => [linkName(e), tasks.map((k) => `links/${k * E + e}/0`)]),
  );
}

/** The joined layer of an expert's links. */
export function linkName(expert: number): string {
  return `links/of/${expert}`;
}

/** The cores of each layer whose kernels are products over tasks. */
function coreLayers(blocks: ReadonlyMap<string, ParameterBlock>): Record<string, string[]> {
  const cores = [...blocks.values()].filter(({ network }) => /^factors\/\w+\/cores\//.test(network));
  const layers = groupBy(cores, ({ network, layer }) => `${network.replace(/\/\d+$/, "")}/${layer}`);
  return Object.fromEntries(Array.from(layers, ([name, members]) => [name, members.map(layerName)]));
}

/** Layers that read the rows: all experts', then all gates'. */
function firstNames(blocks: ReadonlyMap<string, ParameterBlock>): string[] {
  return [...blocks.values()].filter((block) => readsRows(block) && block.kind === "kernel").map(layerName);
}

function layerName({ network, layer }: ParameterBlock): string {
  return `${network}/${layer}`;
}

/** The first layers on each path of each level from `first` on, by the path's name: its experts', then its gate's. */
function pathLayers(spec: ModelSpec, first: number): Record<string, string[]> {
  const entries = Array.from({ length: levelCount(spec) - first }, (_, i) => i + first).flatMap((level) =>
    pathsOf(spec).map((path) => {
      const experts = expertsOn(spec, path).map((e) => networkName("experts", e, level));
      const gate = path < gateCount(spec, level) ? [networkName("gates", path, level)] : [];
      return [pathName(level, path), [...experts, ...gate].map((network) => `${network}/0`)] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** Tasks, and K for the shared experts if there are any. */
export function pathsOf({ tasks, experts }: Pick<ModelSpec, "tasks" | "experts">): number[] {
  return Array.from({ length: tasks + (experts.shared > 0 ? 1 : 0) }, (_, path) => path);
}

export function pathName(level: number, path: number): string {
  return `levels/${level}/paths/${path}`;
}

/** The first layer of each tower. */
function towerNames({ tasks, tower }: ModelSpec): string[] {
  return numbered("towers", tasks, tower.layers.length > 0 ? "0" : "output");
}

/** Names of a layer of `count` networks. */
export function numbered(part: string, count: number, layer: string): string[] {
  return Array.from({ length: count }, (_, i) => `${part}/${i}/${layer}`);
}

function layerOf(
  blocks: ReadonlyMap<string, ParameterBlock>,
  names: readonly string[],
  offset: number,
  layout: Layout,
): FusedLayer {
  let N = 0;
  const parts = names.map((name): PlacedLayer => {
    const kernel = blocks.get(`${name}/kernel`) as ParameterBlock;
    const column = N;
    N += kernel.shape[1];
    return { kernel, bias: blocks.get(`${name}/bias`), column };
  });
  const D = parts[0]?.kernel.shape[0];
  return { D, N, parts, kernel: offset, bias: offset + kernelSize({ D, N }, layout) };
}
