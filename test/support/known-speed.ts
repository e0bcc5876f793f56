// Tests of estimates read what they say, not how long a run takes: each would first measure this machine for two seconds.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import { KERNEL_SETS } from "../../src/engines/cpu/kernel-sets.ts";
import { speedFile } from "../../src/sweep/speed-file.ts";
import { version } from "../../src/version.ts";

/** Nanoseconds of each kind of work, as an AMD EPYC takes on WebAssembly. */
const SPEED = {
  ...{ runs: 3.5e6, steps: 45, values: 0.18, flop: 0.008, units: 2.7, mixed: 0.36 },
  ...{ evaluated: 0.042, drawn: 2.3, labelled: 0.093, gathered: 0.81 },
};

/** A cache in which mmoe finds the speed of this machine, whatever kernels it trains on. */
export function cacheWithSpeed(folder: string): { readonly XDG_CACHE_HOME: string } {
  const env = { XDG_CACHE_HOME: folder };
  const file = speedFile(env) as string;
  if (existsSync(file)) return env;
  const workers = [...new Set([1, availableParallelism()])];
  const known = { mmoe: version, cpu: cpus()[0]?.model ?? "unknown", measured: new Date().toISOString(), speed: SPEED };
  const speeds = KERNEL_SETS.flatMap((kernels) => workers.map((count) => ({ ...known, kernels, workers: count })));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify({ version: 1, speeds }));
  return env;
}
