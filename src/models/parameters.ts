import { memo } from "../memo.ts";
import type { Key } from "../random/key.ts";
import { traitsOf } from "./gatings.ts";
import { type Initializer, initialKernel, initialTableInto, symmetricUniform } from "./initializers.ts";
import {
  embeddingSets,
  expertCount,
  gateCount,
  gateOutputs,
  levelCount,
  type ModelSpec,
  outputsFor,
  type Ranks,
  readInputs,
} from "./spec.ts";

/**
 * `embeddings` are in front of the networks; `links` are learned mixes that are no function of the row: cross-stitch units, SNR's
 * connections. Parameters of another kind need a new part: `parameter-tasks.ts` (the tasks that they learn from), `pack.ts` (their
 * tensors) and others then don't compile until they know it; with an existing part they do. A network that reads the rows
 * needs `readsRows`, its columns in the kernels' `builder.ts` (`#networks`), and a part of the split in `forward.ts`.
 */
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

type Unplaced = Omit<ParameterBlock, "offset" | "size">;
type Network = Pick<ParameterBlock, "part" | "level" | "network">;

/**
 * Every tensor of a model in canonical order: embeddings, experts and gates of each level, then each tower with its output. One
 * expert, gate or tower never shares a tensor with another; engines may pack them as they like.
 */
export const parameterBlocks = memo((spec: ModelSpec): readonly ParameterBlock[] => {
  const H = last(spec.experts.layers);
  const blocks: Unplaced[] = tables(spec);
  for (let level = 0; level < levelCount(spec); level++) blocks.push(...levelBlocks(spec, level));
  if (spec.ranks) blocks.push(...factored(spec, "towers", [H, ...spec.tower.layers]));
  for (let k = 0; k < spec.tasks; k++) {
    const tower = { level: 0, network: `towers/${k}` };
    if (!spec.ranks) blocks.push(...stack({ ...tower, part: "towers" }, [H, ...spec.tower.layers], spec.bias));
    const units = spec.tower.layers.at(-1) ?? H;
    blocks.push(...layer({ ...tower, part: "outputs" }, "output", [units, outputsFor(spec, k)], spec.bias));
  }
  return placed(blocks);
});

function levelBlocks(spec: ModelSpec, level: number): Unplaced[] {
  const { experts, gate, bias } = spec;
  if (spec.ranks) return factored(spec, "experts", [readInputs(spec), ...experts.layers]);
  const from = level === 0 ? readInputs(spec) : last(experts.layers);
  const ofPart = (part: "experts" | "gates", count: number, blocksOf: (network: Network, i: number) => Unplaced[]) =>
    Array.from({ length: count }, (_, i) => blocksOf({ part, level, network: networkName(part, i, level) }, i)).flat();
  return [
    ...ofPart("experts", expertCount(spec), (network) => stack(network, [from, ...experts.layers], bias)),
    ...linkBlocks(spec),
    ...ofPart("gates", gateCount(spec, level), (network, g) =>
      stack(network, [from, ...gate.layers, gateOutputs(spec, g)], gate.bias),
    ),
  ];
}

/** The tables that all tasks read, or those of the first task, of the second, and so on. */
function tables(spec: ModelSpec): Unplaced[] {
  return range(embeddingSets(spec)).flatMap((set) =>
    (spec.embeddings ?? []).map(({ rows, size }, i): Unplaced => {
      const [network, layer] = [tablesName(set), String(i)];
      const place = { part: "embeddings", level: 0, network, layer } as const;
      return { ...place, name: `${network}/${layer}/table`, kind: "table", shape: [rows, size] };
    }),
  );
}

function linkBlocks(spec: ModelSpec): Unplaced[] {
  const { links } = traitsOf(spec);
  if (links === "stitches") return stitches(spec);
  return links === "connections" ? connections(spec) : [];
}

/** A matrix for each pair of a task and an expert, (1, 1), (1, 2), .., then the logarithms of their gates' alphas. */
function connections(spec: ModelSpec): Unplaced[] {
  const [E, H] = [expertCount(spec), last(spec.experts.layers)];
  const link = { part: "links", level: 0 } as const;
  const kernels = Array.from({ length: spec.tasks * E }, (_, i) =>
    layer({ ...link, network: `links/${i}` }, "0", [H, H], false),
  );
  const alphas = { network: "alphas/0", layer: "0", name: "alphas/0/0/log-alpha", kind: "log-alpha" } as const;
  return [...kernels.flat(), { ...link, ...alphas, shape: [spec.tasks, E] }];
}

/**
 * The hidden layers of all tasks' experts or towers, whose kernels are Tucker products over tasks (Yang and Hospedales, ICLR
 * 2017): W_k = U (sum_i v_ki S_i) V. In order U [in, r1], the cores S_i [r1, r2], V [r2, out] and the shares v [K, r3];
 * then the tasks' biases. Their networks are those of `FACTORS` but the biases', which are the tasks' own.
 */
function factored(spec: ModelSpec, part: "experts" | "towers", sizes: readonly number[]): Unplaced[] {
  const { tasks: K, bias } = spec;
  const ranks = spec.ranks as Ranks;
  return sizes.slice(1).flatMap((out, i) => {
    const from = sizes[i];
    const [r1, r2, r3] = [Math.min(ranks.inputs, from), Math.min(ranks.units, out), Math.min(ranks.tasks, K)];
    const kernel = (network: string, shape: readonly [number, number]) =>
      layer({ part, level: 0, network: `${FACTORS}/${part}/${network}` }, String(i), shape, false);
    const [shares] = kernel("shares", [K, r3]) as [Unplaced];
    const ofTask = (k: number) => layer({ part, level: 0, network: `${part}/${k}` }, String(i), [from, out], true)[1];
    return [
      ...kernel("inputs", [from, r1]),
      ...range(r3).flatMap((core) => kernel(`cores/${core}`, [r1, r2])),
      ...kernel("units", [r2, out]),
      { ...shares, name: shares.name.replace(/kernel$/, "shares"), kind: "shares" as const },
      ...(bias ? range(K).map((k) => ofTask(k)) : []),
    ];
  });
}

const FACTORS = "factors";

/** Whether a tensor is a factor of several tasks' kernels. */
export function isFactor({ network }: ParameterBlock): boolean {
  return network.startsWith(`${FACTORS}/`);
}

/** A matrix for each layer of the experts. */
function stitches({ tasks: K, experts }: ModelSpec): Unplaced[] {
  return experts.layers.map((_, i) => ({
    name: `stitches/0/${i}/stitch`,
    part: "links",
    level: 0,
    network: "stitches/0",
    layer: String(i),
    kind: "stitch",
    shape: [K, K],
  }));
}

/** The name of the tables that all tasks read, or those of task `set`. */
export function tablesName(set: number): string {
  return `embeddings/${set}`;
}

/** The name of expert or gate number i of a level. */
export function networkName(part: "experts" | "gates", i: number, level: number): string {
  return `${level === 0 ? "" : `levels/${level}/`}${part}/${i}`;
}

/** Whether a tensor belongs to a layer that reads the rows: the first one of an expert or a gate of the first level. */
export function readsRows(block: ParameterBlock): boolean {
  const { part, level, layer, network } = block;
  if (isFactor(block) && network !== `${FACTORS}/experts/inputs`) return false;
  return (part === "experts" || part === "gates") && level === 0 && layer === "0";
}

/** The number of parameters of a model, or of one part of it. */
export function parameterCount(spec: ModelSpec, part?: Part): number {
  return parameterBlocks(spec).reduce(
    (sum, block) => sum + (part === undefined || block.part === part ? block.size : 0),
    0,
  );
}

const COUNTED_IN_PAPER: Readonly<Record<Part, boolean>> = {
  embeddings: false,
  experts: true,
  gates: false,
  links: false,
  towers: true,
  outputs: false,
};

/** Section 5.1's count, "100x16x8 + 16x8x2 = 13056": the kernels of experts and towers. */
export function paperCount(spec: ModelSpec): number {
  const counted = parameterBlocks(spec).filter(({ part, kind }) => kind === "kernel" && COUNTED_IN_PAPER[part]);
  return counted.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Initial values in canonical order into `values`, [parameterCount] zeros, which it returns: kernels by `initializer`, each from the stream
 * whose key `keyFor` returns for its name, and shares as kernels; tables by `initialTableInto`; biases and log-alphas 0; stitches leave a
 * task nine tenths of its own units. Kernels of DSelect-k's gates are uniform within a hundredth of the smooth step's width: beyond a half
 * it is flat.
 */
export function initialValues(
  spec: ModelSpec,
  initializer: Initializer,
  keyFor: (block: string) => Key,
  values: Float32Array = new Float32Array(parameterCount(spec)),
): Float32Array {
  for (const { name, part, kind, shape, offset } of parameterBlocks(spec)) {
    const [from, to] = shape as [number, number];
    const { select } = spec.gate;
    if (kind === "kernel" && part === "gates" && select)
      values.set(symmetricUniform(keyFor(name), from * to, select.gamma / 100), offset);
    else if (kind === "kernel" || kind === "shares") {
      const experts = part === "experts" && !spec.ranks ? expertCount(spec) : 1;
      values.set(initialKernel(initializer, from, to, keyFor(name), experts), offset);
    }
    if (kind === "table") initialTableInto(values.subarray(offset, offset + from * to), to, keyFor(name));
    if (kind === "stitch") values.set(initialStitch(to), offset);
  }
  return values;
}

const OWN_SHARE = 0.9;

/** Misra et al., Table 1: .9 of the own units, .1 of the other task's; of several others each has its part. */
function initialStitch(K: number): number[] {
  const other = K > 1 ? (1 - OWN_SHARE) / (K - 1) : 0;
  return Array.from({ length: K * K }, (_, i) => (i % (K + 1) === 0 ? OWN_SHARE : other));
}

/** Dense layers from sizes[0] units through to the last. */
function stack(network: Network, sizes: readonly number[], bias: boolean): Unplaced[] {
  return sizes.slice(1).flatMap((out, i) => layer(network, String(i), [sizes[i], out], bias));
}

function layer(network: Network, layer: string, shape: readonly [number, number], bias: boolean): Unplaced[] {
  const name = `${network.network}/${layer}`;
  const kernel: Unplaced = { ...network, layer, name: `${name}/kernel`, kind: "kernel", shape };
  return bias ? [kernel, { ...kernel, name: `${name}/bias`, kind: "bias", shape: [shape[1]] }] : [kernel];
}

function placed(blocks: readonly Unplaced[]): ParameterBlock[] {
  let offset = 0;
  return blocks.map((block) => {
    const size = block.shape.reduce((product, n) => product * n, 1);
    offset += size;
    return { ...block, offset: offset - size, size };
  });
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function last(values: readonly number[]): number {
  return values[values.length - 1];
}

/**
 * Multiplications and additions that training takes for one row, in the dense layers: forward, and backward to their
 * weights and, except in the first layers, to their inputs. Mixing, biases and the optimizer are a few hundredths more.
 * Factors that all tasks share multiply each task's units, but for the first, which reads the row once.
 */
export function flopPerRow(spec: ModelSpec): number {
  const kernels = parameterBlocks(spec).filter(({ kind }) => kind === "kernel");
  const times = (kernel: ParameterBlock) => (isFactor(kernel) && !readsRows(kernel) ? timesOf(spec, kernel) : 1);
  return kernels.reduce((sum, kernel) => sum + 2 * kernel.size * times(kernel) * (readsRows(kernel) ? 2 : 3), 0);
}

/** A task's core is one matrix, the sum of all. */
function timesOf({ tasks: K, ranks }: ModelSpec, { network }: ParameterBlock): number {
  return network.includes("/cores/") && ranks ? K / Math.min(ranks.tasks, K) : K;
}
