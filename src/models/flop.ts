import { isFactor, type ParameterBlock, parameterBlocks, readsRows } from "./parameters.ts";
import type { ModelSpec } from "./spec.ts";

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
