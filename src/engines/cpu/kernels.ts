import { readFileSync } from "node:fs";
import type { RowKernels } from "../rows/row-kernels.ts";
import { WasmInstance } from "../rows/wasm-instance.ts";

/** Entry points that train, in addition to those that make rows; all addresses and strides are bytes. See kernels/. */
export interface Kernels extends RowKernels {
  train(
    ...args: [member: number, x: number, xBytes: number, labels: number, labelBytes: number, B: number, ...Limits]
  ): number;
  execute(begin: number, end: number, x: number, weights: number, P: number, optimizer: number): void;
  evaluate(member: number, x: number, stride: number, labels: number, rows: number, most: number): void;
}

type Limits = [steps: number, limit: number];

/** A worker's kernels and their memory. */
export class KernelInstance extends WasmInstance<Kernels> {}

/** Written by `npm run kernels`; found from src/ and from dist/ alike. */
const KERNELS = new URL("../../../dist/engines/cpu/kernels.wasm", import.meta.url);

/** A module that exports `Kernels`. */
export function compileKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(KERNELS));
}
