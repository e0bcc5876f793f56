import type { Key } from "../random/key.ts";
import { type Initializer, initialKernel } from "./initializers.ts";
import { expertCount, expertsOf, gateCount, type ModelSpec } from "./spec.ts";

export type Part = "experts" | "gates" | "towers" | "outputs";

/** One tensor of a model. A kernel is [in, out], row-major; a bias is [out]. */
export interface ParameterBlock {
  /** Names its stream of initial values, e.g. `experts/3/0/kernel`. */
  readonly name: string;
  readonly part: Part;
  readonly kind: "kernel" | "bias";
  readonly shape: readonly number[];
  /** Index of its first number in the model's parameters. */
  readonly offset: number;
  readonly size: number;
}

type Unplaced = Omit<ParameterBlock, "offset" | "size">;

/**
 * Every tensor of a model in canonical order: experts, gates, then each tower with its output. One expert, gate or
 * tower never shares a tensor with another; engines may pack them as they like.
 */
export function parameterBlocks(spec: ModelSpec): ParameterBlock[] {
  const { inputs: D, tasks: K, bias } = spec;
  const H = last(spec.experts.layers);
  const blocks: Unplaced[] = [];
  for (let e = 0; e < expertCount(spec); e++)
    blocks.push(...stack(`experts/${e}`, "experts", [D, ...spec.experts.layers], bias));
  for (let g = 0; g < gateCount(spec); g++) {
    const E = expertsOf(spec, g).length;
    blocks.push(...stack(`gates/${g}`, "gates", [D, ...spec.gate.layers, E], spec.gate.bias));
  }
  for (let k = 0; k < K; k++) {
    blocks.push(...stack(`towers/${k}`, "towers", [H, ...spec.tower.layers], bias));
    blocks.push(...layer(`towers/${k}/output`, "outputs", spec.tower.layers.at(-1) ?? H, 1, bias));
  }
  return placed(blocks);
}

/** The number of parameters of a model, or of one part of it. */
export function parameterCount(spec: ModelSpec, part?: Part): number {
  return parameterBlocks(spec).reduce(
    (sum, block) => sum + (part === undefined || block.part === part ? block.size : 0),
    0,
  );
}

const COUNTED_IN_PAPER: Readonly<Record<Part, boolean>> = { experts: true, gates: false, towers: true, outputs: false };

/** Section 5.1's count, "100x16x8 + 16x8x2 = 13056": the kernels of experts and towers. */
export function paperCount(spec: ModelSpec): number {
  const counted = parameterBlocks(spec).filter(({ part, kind }) => kind === "kernel" && COUNTED_IN_PAPER[part]);
  return counted.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Initial values in canonical order, [parameterCount]: kernels by `initializer`, each from the stream whose key
 * `keyFor` returns for its name; biases 0.
 */
export function initialValues(spec: ModelSpec, initializer: Initializer, keyFor: (block: string) => Key): Float32Array {
  const values = new Float32Array(parameterCount(spec));
  for (const { name, kind, shape, offset } of parameterBlocks(spec)) {
    if (kind === "kernel")
      values.set(initialKernel(initializer, shape[0] as number, shape[1] as number, keyFor(name)), offset);
  }
  return values;
}

/** Dense layers from sizes[0] units through to the last. */
function stack(name: string, part: Part, sizes: readonly number[], bias: boolean): Unplaced[] {
  return sizes.slice(1).flatMap((out, i) => layer(`${name}/${i}`, part, sizes[i] as number, out, bias));
}

function layer(name: string, part: Part, from: number, to: number, bias: boolean): Unplaced[] {
  const kernel: Unplaced = { name: `${name}/kernel`, part, kind: "kernel", shape: [from, to] };
  return bias ? [kernel, { name: `${name}/bias`, part, kind: "bias", shape: [to] }] : [kernel];
}

function placed(blocks: readonly Unplaced[]): ParameterBlock[] {
  let offset = 0;
  return blocks.map((block) => {
    const size = block.shape.reduce((product, n) => product * n, 1);
    offset += size;
    return { ...block, offset: offset - size, size };
  });
}

function last(values: readonly number[]): number {
  return values[values.length - 1] as number;
}
