import { parameterBlocks, readsRows } from "./parameters.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * Multiplications and additions that training takes for one row, in the dense layers: forward, and backward to their
 * weights and, except in the first layers, to their inputs. Mixing, biases and the optimizer are a few hundredths more.
 */
export function flopPerRow(spec: ModelSpec): number {
  const kernels = parameterBlocks(spec).filter(({ kind }) => kind === "kernel");
  return kernels.reduce((sum, kernel) => sum + 2 * kernel.size * (readsRows(kernel) ? 2 : 3), 0);
}
