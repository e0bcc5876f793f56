// npm run bench -- embeddings: what a step costs where a column has 1,000, 100,000 or 1,000,000 values, on one core, by dense and by
// lazy steps. Each step has rows that no step before had.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { cellsOf } from "../src/data/table-cells.ts";
import { inputCount } from "../src/data/table-inputs.ts";
import { instantiate, kernelSource } from "../src/engines/cpu/instantiate.ts";
import type { KernelSet } from "../src/engines/cpu/kernel-sets.ts";
import { availableKernels } from "../src/engines/cpu/native.ts";
import { RunGroupTraining } from "../src/engines/cpu/run-group.ts";
import type { TrainingRun } from "../src/engines/cpu/training-run.ts";
import type { Run } from "../src/engines/engine.ts";
import { EMBEDDING_STEPS, PLAIN_TRAINING, type TrainingSettings } from "../src/engines/training-settings.ts";
import { ZOO } from "../src/models/zoo.ts";
import { keyOf } from "../src/random/key.ts";
import { uniforms } from "../src/random/philox.ts";

const { values } = parseArgs({
  options: { batch: { type: "string", default: "512" }, values: { type: "string", default: "1000,100000,1000000" } },
});
const BATCH = Number(values.batch);
const VALUES = values.values.split(",").map(Number);
const [NUMBERS, SIZE, HELDOUT] = [20, 16, 64];
const STEPS = 100;

/** A run on rows of 20 numbers and of a category whose values are equally frequent. */
function runOf(count: number, embeddingSteps: TrainingSettings["embeddingSteps"]): Run {
  const columns = [
    ...Array.from({ length: NUMBERS }, () => ({ values: 0, gaps: false })),
    { values: count, gaps: false, embedding: SIZE },
  ];
  const rows = STEPS * BATCH;
  const width = columns.length + 2;
  const numbers = new Float64Array((rows + HELDOUT) * width);
  for (const [i, u] of uniforms(keyOf("bench/embeddings"), numbers.length).entries())
    numbers[i] = i % width === NUMBERS ? Math.floor(u * count) : 2 * u - 1;
  const heldout = new Uint8Array(new SharedArrayBuffer(rows + HELDOUT)).fill(1, rows);
  const inputs = inputCount(columns);
  return {
    id: "mmoe",
    index: 0,
    seed: 0,
    correlation: null,
    correlationMatrix: null,
    model: ZOO.mmoe.build({ inputs, tasks: 2, embeddings: [{ rows: count + 1, size: SIZE }] }),
    data: {
      file: "bench",
      sha256: "",
      inputs,
      columns,
      tasks: 2,
      heldout: null,
      standardise: true,
      rawLabels: true,
      values: { cells: cellsOf(numbers, width, columns), heldout: heldout.buffer },
    },
    training: {
      ...PLAIN_TRAINING,
      embeddingSteps,
      trainRows: rows,
      heldoutRows: HELDOUT,
      batch: BATCH,
      steps: STEPS,
      lr: 0.001,
      evalEvery: STEPS,
    },
  };
}

/** µs of the processor for one step and its rows: the least of the chunks of a run. */
function timeStep(set: KernelSet, run: Run): number {
  const training = new RunGroupTraining(instantiate(kernelSource(set)), [run]);
  const [own] = training.runs as [TrainingRun];
  let least = Number.POSITIVE_INFINITY;
  for (let from = 0; from < STEPS; from = own.step) {
    const before = process.cpuUsage();
    training.advance(() => {});
    const { user, system } = process.cpuUsage(before);
    if (own.step < STEPS) least = Math.min(least, (user + system) / (own.step - from)); // the last has an evaluation
  }
  return least;
}

console.log(
  `${cpus()[0]?.model}, Node ${process.versions.node}; mmoe, batches of ${BATCH}, vectors of ${SIZE} numbers; least of the chunks of ${STEPS} steps`,
);
for (const set of availableKernels().sets) {
  const first = new Map<string, number>();
  console.log(`\n${set}, µs of the processor per step; times as long as with ${VALUES[0]} values\n`);
  console.log(`| values | ${EMBEDDING_STEPS.join(" | ")} | dense to lazy |`);
  console.log(`|${" --- |".repeat(4)}`);
  for (const count of VALUES) {
    const times = EMBEDDING_STEPS.map((steps) => timeStep(set, runOf(count, steps)));
    const cells = times.map((time, i) => {
      const steps = EMBEDDING_STEPS[i] as string;
      if (!first.has(steps)) first.set(steps, time);
      return `${time.toFixed(0)} (${(time / (first.get(steps) as number)).toFixed(1)})`;
    });
    console.log(`| ${count} | ${cells.join(" | ")} | ${(times[0] / times[1]).toFixed(1)} |`);
  }
}
