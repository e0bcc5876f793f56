// npm run bench: steps of the paper's models in batches of many sizes on one core, with every kernel set of this machine in both arithmetics.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { availableKernels, fuses } from "../src/engines/cpu/native.ts";
import { type Arithmetic, PLAIN_TRAINING } from "../src/engines/training-settings.ts";
import type { ModelName } from "../src/models/zoo.ts";
import { paperRun } from "./paper-run.ts";
import { timeRuns } from "./step-time.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"] as const;
const { values } = parseArgs({ options: { batch: { type: "string", default: "1,2,4,8,16,64,256" } } });

/** Kernel sets with their arithmetic, as the columns of the table. */
const COLUMNS = availableKernels()
  .sets.toReversed()
  .flatMap((set) =>
    (fuses(set) ? (["portable", "fused"] as const) : (["portable"] as const)).map((arithmetic) => ({
      set,
      arithmetic,
    })),
  );

function runOf(model: ModelName, batch: number, arithmetic: Arithmetic) {
  const rows = { trainRows: 10_000, heldoutRows: 8, batch };
  return paperRun(model, { ...PLAIN_TRAINING, ...rows, steps: 1, lr: 0.001, arithmetic, evalEvery: 1 });
}

console.log(`${cpus()[0]?.model}, Node ${process.versions.node}\n\nµs per step, on one core\n`);
const heads = COLUMNS.map(({ set, arithmetic }) => (arithmetic === "fused" ? `${set}, fused` : set));
console.log(`| model | batch | ${heads.join(" | ")} |\n| --- | --- |${" --- |".repeat(heads.length)}`);
for (const model of MODELS)
  for (const batch of values.batch.split(",").map(Number)) {
    const times = COLUMNS.map(({ set, arithmetic }) => timeRuns(set, [runOf(model, batch, arithmetic)])[0]);
    console.log(`| ${[model, batch, ...times.map((time) => time.toFixed(1))].join(" | ")} |`);
  }
