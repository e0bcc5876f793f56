// A program for other Nodes than that of the tests, such as one of arm64 under qemu: trains the same runs on each native
// kernel set that runs there and on WebAssembly, and fails where a bit differs. `bits.js TRAININGS RUNS [GUARDED]` says how
// many, and which sanitized binary guards the memory.
import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { anyRun, NATIVE, TRAININGS, trained, zooRuns } from "../engines/cpu/same-bits.ts";
import { guardMemory } from "./guarded-memory.ts";

const [trainings, numRuns] = process.argv.slice(2, 4).map(Number) as [number, number];
const [guarded] = process.argv.slice(4);
if (guarded !== undefined) guardMemory(guarded);

for (const set of NATIVE) {
  for (const [batch, trainRows] of TRAININGS.slice(-trainings)) {
    const runs = zooRuns(batch, trainRows);
    deepStrictEqual(trained(set, runs), trained("wasm", runs));
  }
  fc.assert(
    fc.property(anyRun(70), (run) => deepStrictEqual(trained(set, [run]), trained("wasm", [run]))),
    { numRuns, seed: 2 },
  );
}
process.stdout.write(`${process.platform} ${process.arch}: ${NATIVE.join(", ") || "no native kernels"}\n`);
