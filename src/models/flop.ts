import { parameterBlocks } from "./parameters.ts";
import type { ModelSpec } from "./spec.ts";

/**
 * Multiplications and additions that training takes for one row, in the dense layers: forward, and backward to their
 * weights and, except in the first layers, to their inputs. Mixing, biases and the optimizer are a few hundredths more.
 */
export function flopPerRow(spec: ModelSpec): number {
  const kernels = parameterBlocks(spec).filter(({ kind }) => kind === "kernel");
  return kernels.reduce((sum, { name, size }) => sum + 2 * size * (readsInputs(name) ? 2 : 3), 0);
}

/** The first layer of an expert or a gate: `experts/3/0/kernel`. */
function readsInputs(name: string): boolean {
  return /^(experts|gates)\/\d+\/0\/kernel$/.test(name);
}
