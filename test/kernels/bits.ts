// A program for other Nodes than that of the tests, such as one of arm64 under qemu: trains the same runs on each native
// kernel set that runs there, in portable and in fused arithmetic, and prints a hash of what came out of each. It also trains
// them on WebAssembly, and fails where a bit differs, but not with --hashes, whose caller compares, nor in guarded memory.
// `bits.js TRAININGS RUNS [--hashes | GUARDED]` says how many, and which sanitized binary guards the memory.
import { deepStrictEqual } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Run } from "../../src/engines/engine.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { anyRun, fused, KINDS, NATIVE, TRAININGS, trained, zooRuns } from "../engines/cpu/same-bits.ts";
import { categoryRuns } from "../support/category-runs.ts";
import { DIMENSIONS, embeddedRun } from "../support/embedded-runs.ts";
import { guardMemory } from "./guarded-memory.ts";

const [trainings, numRuns] = process.argv.slice(2, 4).map(Number) as [number, number];
const [how] = process.argv.slice(4);
if (how !== undefined && how !== "--hashes") guardMemory(how);

const hashes = { portable: new Set<string>(), fused: new Set<string>() };
for (const set of NATIVE) {
  const [portable, inFused] = [createHash("sha256"), createHash("sha256")];
  const compare = (runs: readonly Run[]) => {
    const outcomes = trained(set, runs);
    if (how === undefined) deepStrictEqual(outcomes, trained("wasm", runs));
    portable.update(JSON.stringify(outcomes));
    inFused.update(JSON.stringify(trained(set, fused(runs))));
  };
  for (const batch of [70, 3, 13].slice(-trainings)) {
    compare(categoryRuns(KINDS, { batch }));
    compare(KINDS.map((name) => embeddedRun(ZOO[name].build(DIMENSIONS), { batch, steps: 12, evalEvery: 5 })));
  }
  for (const [batch, trainRows] of TRAININGS.slice(-trainings)) compare(zooRuns(batch, trainRows, 12));
  fc.assert(
    fc.property(anyRun(70), (run) => compare([run])),
    { numRuns, seed: 2 },
  );
  hashes.portable.add(portable.digest("hex"));
  hashes.fused.add(inFused.digest("hex"));
}
const sets = NATIVE.join(", ") || "no native kernels";
const lines = Object.entries(hashes).map(([name, all]) => `${name}: ${[...all].join(", ")}\n`);
process.stdout.write(`${process.platform} ${process.arch}: ${sets}\n${lines.join("")}`);
