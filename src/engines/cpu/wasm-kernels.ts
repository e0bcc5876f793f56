import { WasmInstance } from "../rows/kernel-memory.ts";
import type { Arithmetic } from "../training-settings.ts";
import type { Kernels } from "./kernels.ts";

/** Training kernels in WebAssembly, in Node and in browsers. */
export class WasmKernels extends WasmInstance<Kernels> {
  readonly set = "wasm";

  kernelsOf(arithmetic: Arithmetic): Kernels {
    if (arithmetic !== "portable") throw new RangeError(`no kernels wasm in ${arithmetic} arithmetic`);
    return this.kernels;
  }
}
