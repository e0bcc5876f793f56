import { readFileSync } from "node:fs";
import { KernelMemory, WasmInstance } from "../rows/kernel-memory.ts";
import type { Arithmetic } from "../training-settings.ts";
import type { KernelSet, NativeSet } from "./kernel-sets.ts";
import type { KernelInstance, KernelSource, Kernels } from "./kernels.ts";
import { type NativeKernels, nativeKernels } from "./native.ts";

const KERNELS = new URL("kernels/kernels.wasm", import.meta.url);

export function kernelSource(set: KernelSet): KernelSource {
  return set === "wasm" ? { set, module: new WebAssembly.Module(readFileSync(KERNELS)) } : { set };
}

/** Kernels with a memory of their own. */
export function instantiate(source: KernelSource): KernelInstance {
  return source.set === "wasm" ? new WasmKernels(source.module) : new Native(source.set);
}

class WasmKernels extends WasmInstance<Kernels> {
  readonly set = "wasm";

  kernelsOf(arithmetic: Arithmetic): Kernels {
    if (arithmetic !== "portable") throw new RangeError(`no kernels wasm in ${arithmetic} arithmetic`);
    return this.kernels;
  }
}

class Native extends KernelMemory {
  readonly set: NativeSet;
  readonly kernels: Kernels;

  constructor(set: NativeSet) {
    super();
    this.set = set;
    this.kernels = this.kernelsOf("portable");
  }

  kernelsOf(arithmetic: Arithmetic): Kernels {
    const native = nativeKernels(this.set, arithmetic);
    const names = Object.keys(native) as (keyof NativeKernels)[];
    const bound = names.map((name) => {
      const call = native[name] as (memory: ArrayBuffer, ...args: number[]) => number;
      return [name, (...args: number[]) => call(this.memory.buffer, ...args)];
    });
    return Object.fromEntries(bound) as Kernels;
  }
}
