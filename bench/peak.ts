import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { FLAGS, SETS } from "../scripts/native.js";
import type { KernelSet, NativeSet } from "../src/engines/cpu/kernel-sets.ts";
import { leastMicroseconds } from "./time.ts";

/** The most that this core does with the instructions of one kernel set. */
export interface Peak {
  /** GFLOP/s of multiplications and additions of float32, none of them fused. */
  readonly arithmetic: number;
  /** GB/s read and written back, in the second-level cache; unknown for WebAssembly. */
  readonly cache?: number;
}

/** A kernel set's peak, measured again at each call: a function, since the first call compiles. */
export function peakOf(set: KernelSet): () => Peak {
  return set === "wasm" ? wasmPeak : nativePeak(set);
}

/** kernels/peak.ts. */
function wasmPeak(): Peak {
  const module = new WebAssembly.Module(readFileSync(new URL("../dist/bench/peak.wasm", import.meta.url)));
  const { exports } = new WebAssembly.Instance(module, { env: {} });
  const peak = exports.peak as (rounds: number, at: number) => number;
  const ROUNDS = 100_000;
  const FLOP = ROUNDS * 16 * 4;
  return { arithmetic: FLOP / 1000 / leastMicroseconds(() => peak(ROUNDS, 0)) };
}

/** kernels/peak.c. */
function nativePeak(set: NativeSet): () => Peak {
  const flags = { ...SETS.x64, ...SETS.arm64 }[set] ?? [];
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
  const program = path(`../dist/bench/peak-${set}`);
  mkdirSync(path("../dist/bench"), { recursive: true });
  execFileSync("cc", [...FLAGS, ...flags, path("kernels/peak.c"), "-o", program]);
  return () => {
    const [arithmetic = 0, cache = 0] = execFileSync(program, { encoding: "utf8" }).split(" ").map(Number);
    return { arithmetic: arithmetic / 1e9, cache: cache / 1e9 };
  };
}
