import { readFileSync } from "node:fs";
import { KernelMemory } from "../rows/kernel-memory.ts";
import type { Arithmetic } from "../training-settings.ts";
import type { KernelSet, NativeSet } from "./kernel-sets.ts";
import type { KernelInstance, KernelSource, Kernels } from "./kernels.ts";
import { type NativeKernels, nativeKernels } from "./native.ts";
import { WasmKernels } from "./wasm-kernels.ts";

const KERNELS = new URL("kernels/kernels.wasm", import.meta.url);

export function kernelSource(set: KernelSet): KernelSource {
  return set === "wasm" ? { set, module: new WebAssembly.Module(readFileSync(KERNELS)) } : { set };
}

/** Kernels with a memory of their own. */
export function instantiate(source: KernelSource): KernelInstance {
  return source.set === "wasm" ? new WasmKernels(source.module) : new Native(source.set);
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
