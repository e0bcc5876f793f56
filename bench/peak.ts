import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FLAGS, SETS } from "../scripts/native.js";
import { compileWasm } from "../scripts/wasm.js";
import type { BuiltSet } from "../src/engines/cpu/kernel-sets.ts";
import { FIRST_FREE } from "../src/engines/rows/arena.ts";
import { KernelMemory } from "../src/engines/rows/kernel-memory.ts";
import { leastMicroseconds } from "./time.ts";

/** The most that this core does with the instructions of one kernel set. */
export interface Peak {
  /** GFLOP/s of multiplications and additions of float32. */
  readonly arithmetic: number;
  /** GB/s read and written back, in the second-level cache; unknown for WebAssembly. */
  readonly cache?: number;
}

/** Kernels as they are compiled: `avx512`, and `avx512Fused` in fused arithmetic. */
export type Compiled = "wasm" | BuiltSet;

/** Compiles a kernel set's peak; the function measures it, again at each call. */
export async function peakOf(set: Compiled): Promise<() => Peak> {
  mkdirSync(made("."), { recursive: true });
  return set === "wasm" ? await wasmPeak() : nativePeak(set);
}

const SOURCE = "bench/kernels/peak.c";
const made = (name: string) => fileURLToPath(new URL(`../dist/bench/${name}`, import.meta.url));

async function wasmPeak(): Promise<() => Peak> {
  const module = made("peak.wasm");
  await compileWasm(SOURCE, module);
  const { memory } = new KernelMemory();
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(module)), { env: { memory } });
  const peak = () => (exports.peak as (memory: number) => number)(FIRST_FREE);
  return () => ({ arithmetic: peak() / 1000 / leastMicroseconds(peak) });
}

function nativePeak(set: BuiltSet): () => Peak {
  const flags = { ...SETS.x64, ...SETS.arm64 }[set] ?? [];
  const program = made(`peak-${set}`);
  execFileSync("cc", [...FLAGS, ...flags, SOURCE, "-o", program]);
  return () => {
    const [arithmetic = 0, cache = 0] = execFileSync(program, { encoding: "utf8" }).split(" ").map(Number);
    return { arithmetic: arithmetic / 1e9, cache: cache / 1e9 };
  };
}
