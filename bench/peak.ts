import { readFileSync } from "node:fs";
import { leastMicroseconds } from "./time.ts";

/** This core's peak in unfused SIMD multiplications and additions of float32, in GFLOP/s (kernels/peak.ts). */
export function measuredPeak(): number {
  const module = new WebAssembly.Module(readFileSync(new URL("../dist/bench/peak.wasm", import.meta.url)));
  const { exports } = new WebAssembly.Instance(module, { env: {} });
  const peak = exports.peak as (rounds: number, at: number) => number;
  const ROUNDS = 100_000;
  const FLOP = ROUNDS * 16 * 4;
  return FLOP / 1000 / leastMicroseconds(() => peak(ROUNDS, 0));
}
