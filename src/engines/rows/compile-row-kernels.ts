import { readFileSync } from "node:fs";

const KERNELS = new URL("kernels/kernels.wasm", import.meta.url);

/** A module that exports `RowKernels`. */
export function compileRowKernels(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(KERNELS));
}
