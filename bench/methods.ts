// The second half of npm run bench: a step by each method on one core, with the fastest kernels of this machine.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { KernelSet } from "../src/engines/cpu/kernel-sets.ts";
import { availableKernels } from "../src/engines/cpu/native.ts";
import type { Run } from "../src/engines/engine.ts";
import { METHODS, type MethodName } from "../src/engines/methods.ts";
import { PLAIN_TRAINING } from "../src/engines/training-settings.ts";
import type { ModelName } from "../src/models/zoo.ts";
import { paperRun } from "./paper-run.ts";
import { timeRuns } from "./step-time.ts";

const { values } = parseArgs({
  options: { batch: { type: "string", default: "64,512" }, kernels: { type: "string" } },
});
const SET = (values.kernels ?? availableKernels().sets[0]) as KernelSet;

function runOf(model: ModelName, tasks: number, batch: number, method: MethodName): Run {
  return paperRun(
    model,
    {
      ...PLAIN_TRAINING,
      method,
      trainRows: "fresh",
      batch,
      steps: 1,
      lr: 0.001,
      evalEvery: 1,
      heldoutRows: 8,
    },
    tasks,
  );
}

console.log(
  `${cpus()[0]?.model}, ${SET}, Node ${process.versions.node}\n\nµs of a step, and how many steps of sum it takes\n`,
);
console.log(`| model | tasks | batch | ${METHODS.join(" | ")} |`);
console.log(`| --- | --: | --: |${" --: |".repeat(METHODS.length)}`);
for (const model of ["shared-bottom", "mmoe"] as const)
  for (const tasks of [2, 10])
    for (const batch of values.batch.split(",").map(Number)) {
      const times = timeRuns(
        SET,
        METHODS.map((method) => runOf(model, tasks, batch, method)),
      );
      const cells = times.map((time) => `${time.toFixed(1)} (${(time / times[0]).toFixed(1)})`);
      console.log(`| ${model} | ${tasks} | ${batch} | ${cells.join(" | ")} |`);
    }
