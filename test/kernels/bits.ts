// A program for other Nodes than that of the tests, such as one of arm64 under qemu: trains the same runs on each native
// kernel set that runs there and on WebAssembly, and fails where a bit differs. Then it trains them in fused arithmetic, and
// prints a hash of what came out. `bits.js TRAININGS RUNS [GUARDED]` says how many, and which sanitized binary guards the
// memory.
import { deepStrictEqual } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { KernelSet } from "../../src/engines/cpu/kernel-sets.ts";
import type { Run } from "../../src/engines/engine.ts";
import { MODEL_NAMES, ZOO } from "../../src/models/zoo.ts";
import { anyRun, fused, NATIVE, TRAININGS, trained, zooRuns } from "../engines/cpu/same-bits.ts";
import { categoryRuns } from "../support/category-runs.ts";
import { DIMENSIONS, embeddedRun } from "../support/embedded-runs.ts";
import { guardMemory } from "./guarded-memory.ts";

const [trainings, numRuns] = process.argv.slice(2, 4).map(Number) as [number, number];
const [guarded] = process.argv.slice(4);
if (guarded !== undefined) guardMemory(guarded);

const hashes = new Map<KernelSet, string>();
for (const set of NATIVE) {
  const hash = createHash("sha256");
  const compare = (runs: readonly Run[]) => {
    deepStrictEqual(trained(set, runs), trained("wasm", runs));
    hash.update(JSON.stringify(trained(set, fused(runs))));
  };
  for (const batch of [70, 13, 3]) {
    compare(categoryRuns(MODEL_NAMES, { batch }));
    compare(MODEL_NAMES.map((name) => embeddedRun(ZOO[name].build(DIMENSIONS), { batch, steps: 12, evalEvery: 5 })));
  }
  for (const [batch, trainRows] of TRAININGS.slice(-trainings)) compare(zooRuns(batch, trainRows));
  fc.assert(
    fc.property(anyRun(70), (run) => compare([run])),
    { numRuns, seed: 2 },
  );
  hashes.set(set, hash.digest("hex"));
}
const sets = NATIVE.join(", ") || "no native kernels";
process.stdout.write(
  `${process.platform} ${process.arch}: ${sets}\nfused: ${[...new Set(hashes.values())].join(", ")}\n`,
);
