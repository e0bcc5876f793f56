import type { Key } from "../random/key.ts";
import { type Initializer, initialFactors, initialKernel, initialTableInto, symmetricUniform } from "./initializers.ts";
import { isCore, isFactor, layersOf, type ParameterBlock, type Part, programOf, type Value } from "./program.ts";
import { expertCount, firstOutput, type ModelSpec } from "./spec.ts";

/** Every tensor of a model in canonical order; engines may pack them as they like. */
export function parameterBlocks(spec: ModelSpec): readonly ParameterBlock[] {
  return programOf(spec).parameters;
}

/** The number of parameters of a model, or of one part of it. */
export function parameterCount(spec: ModelSpec, part?: Part): number {
  return parameterBlocks(spec).reduce(
    (sum, block) => sum + (part === undefined || block.part === part ? block.size : 0),
    0,
  );
}

/** Section 5.1's count, "100x16x8 + 16x8x2 = 13056": the kernels of experts and towers. */
export function paperCount(spec: ModelSpec): number {
  const counted = parameterBlocks(spec).filter(
    ({ part, kind }) => kind === "kernel" && /^(experts|towers)$/.test(part),
  );
  return counted.reduce((sum, { size }) => sum + size, 0);
}

/**
 * Initial values in canonical order into `values`, [parameterCount] zeros, which it returns: kernels by `initializer`, each from the stream
 * whose key `keyFor` returns for its name, and shares as kernels; vectors and factors of `embeddingStd` by `initialTableInto` and `initialFactors`; biases, shifts and log-alphas 0, gains 1; stitches leave a
 * task nine tenths of its own units. Kernels of DSelect-k's gates are uniform within a hundredth of the smooth step's width: beyond a half
 * it is flat.
 */
export function initialValues(
  spec: ModelSpec,
  { initializer, embeddingStd }: { readonly initializer: Initializer; readonly embeddingStd?: number },
  keyFor: (block: string) => Key,
  values: Float32Array = new Float32Array(parameterCount(spec)),
): Float32Array {
  for (const { name, network, part, kind, shape, offset, size } of parameterBlocks(spec)) {
    const [from, to] = shape as [number, number];
    const { select } = spec.gate;
    if (kind === "kernel" && part === "gates" && !network.startsWith("gates/towers/") && select)
      values.set(symmetricUniform(keyFor(name), from * to, select.gamma / 100), offset);
    else if (kind === "kernel" || kind === "shares") {
      const experts = part === "experts" && !spec.ranks ? expertCount(spec) : 1;
      values.set(initialKernel(initializer, from, to, keyFor(name), experts), offset);
    }
    if (kind === "table") initialTableInto(values.subarray(offset, offset + from * to), to, keyFor(name), embeddingStd);
    if (kind === "factors") values.set(initialFactors(size, keyFor(name), embeddingStd), offset);
    if (kind === "gain") values.fill(1, offset, offset + size);
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

/**
 * Multiplications and additions that training takes for one row, in the dense layers and products of pairs: forward, and backward to their
 * weights and, except in the first layers, to their inputs. Mixing, biases and the optimizer are a few hundredths more.
 * Factors that all tasks share multiply each task's units, but for the first, which reads the row once. Pairs are sums over inputs and
 * ids of each factor and of its square, forward and backward.
 */
export function flopPerRow(spec: ModelSpec): number {
  const first = new Set(layersOf(spec).flatMap(({ readsRows, kernel }) => (readsRows ? [kernel] : [])));
  const kernels = parameterBlocks(spec).filter(({ kind }) => kind === "kernel");
  const times = (kernel: ParameterBlock) => (first.has(kernel) ? 2 : 3 * timesOf(spec, kernel));
  const factors = spec.inputs * (spec.factors ?? 0) * firstOutput(spec, spec.tasks);
  return kernels.reduce((sum, kernel) => sum + 2 * kernel.size * times(kernel), 8 * factors);
}

/** How many tasks multiply by a kernel on its own. A task's core is one matrix, the sum of all. */
function timesOf({ tasks: K, ranks }: ModelSpec, kernel: ParameterBlock): number {
  if (!ranks || !isFactor(kernel)) return 1;
  return isCore(kernel) ? K / Math.min(ranks.tasks, K) : K;
}

// Which tasks a parameter learns from.

/** In the place of a task's number: the losses of two or more tasks reach the parameter. */
const SHARED = -1;
/** In that place, too: no loss reaches it yet. */
const NONE = -2;

/** For each parameter in canonical order, the only task whose loss reaches it, or SHARED: [P]. */
export function taskOfParameters(spec: ModelSpec): Int32Array {
  const tasks = new Int32Array(parameterCount(spec)).fill(NONE);
  for (const [task, output] of programOf(spec).outputs.entries()) {
    for (const { offset, size } of learnersFrom(spec, output)) {
      const known = tasks.subarray(offset, offset + size);
      known.set(known.map((other) => (other === NONE ? task : SHARED)));
    }
  }
  return tasks;
}

/** For each parameter in canonical order, 1 if the losses of two or more tasks reach it, else 0: [P]. */
export function sharedParameters(spec: ModelSpec): Float32Array {
  return Float32Array.from(taskOfParameters(spec), (task) => Number(task === SHARED));
}

/** Tensors, and rows of them, that learn from what is predicted for a task. */
function learnersFrom(spec: ModelSpec, output: Value) {
  const reached = new Set([output]);
  const given = programOf(spec).operations.flatMap((operation) => operation.given);
  const made = given.toReversed().filter(({ value, values }) => {
    if (!reached.has(value)) return false;
    for (const one of values) reached.add(one);
    return true;
  });
  return new Set(made.flatMap(({ parameters }) => parameters));
}
