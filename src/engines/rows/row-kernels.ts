import { readFileSync } from "node:fs";

/** Entry points that make rows; all addresses and strides are bytes. See kernels/ for what each does. */
export interface RowKernels {
  normals(
    ...args: [out: number, stride: number, D: number, P: number, first: number, step: number, k0: number, k1: number]
  ): void;
  labels(generator: number, x: number, stride: number, noise: number, out: number, P: number): void;
  panelsToRows(panels: number, stride: number, rows: number, rowBytes: number, P: number): void;
  gatherRows(rows: number, rowBytes: number, ids: number, panels: number, stride: number, P: number): void;
  gatherLabels(set: number, ids: number, out: number, K: number, P: number): void;
}

/** Written by `npm run kernels`; found from src/ and from dist/ alike. */
const KERNELS = new URL("../../../dist/engines/rows/kernels.wasm", import.meta.url);

/** A module that exports `RowKernels`. */
export function compileRowKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(KERNELS));
}
