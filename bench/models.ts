// npm run bench: a step of each model of the zoo on one core, with every kernel set of this machine; those of --beside also on
// TensorFlow.js's wasm backend.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { availableKernels } from "../src/engines/cpu/native.ts";
import type { Run } from "../src/engines/engine.ts";
import { createTfjsEngine } from "../src/engines/tfjs/tfjs-engine.ts";
import { PLAIN_TRAINING } from "../src/engines/training-settings.ts";
import { MODEL_NAMES, type ModelName } from "../src/models/zoo.ts";
import { paperRun } from "./paper-run.ts";
import { timeRuns } from "./step-time.ts";

/** Those that only TensorFlow.js trained once. */
const BEYOND_MIXES = "cross-stitch,snr-trans,l2-constrained,tensor-factorization,dselect-k";

const { values } = parseArgs({
  options: {
    batch: { type: "string", default: "64,512" },
    models: { type: "string", default: MODEL_NAMES.join(",") },
    beside: { type: "string", default: BEYOND_MIXES },
  },
});
const SETS = availableKernels().sets.toReversed();

function runOf(model: ModelName, batch: number, steps = 1): Run {
  return paperRun(model, {
    ...PLAIN_TRAINING,
    trainRows: 10_000,
    batch,
    steps,
    lr: 0.001,
    evalEvery: steps,
    heldoutRows: 8,
  });
}

const beside = values.beside.split(",");
const tfjs = MODEL_NAMES.some((model) => beside.includes(model))
  ? await createTfjsEngine({ backend: "wasm" })
  : undefined;

/** Processor time of a step in µs: that of 60 steps more, the least of three. */
async function tfjsStep(model: ModelName, batch: number): Promise<number> {
  const time = async (steps: number) => {
    const before = process.cpuUsage();
    await tfjs?.train([runOf(model, batch, steps)], { onResult: () => {} });
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  const [few, many] = [20, 80];
  await time(few);
  const times: number[] = [];
  for (let round = 0; round < 3; round++) times.push((await time(many)) - (await time(few)));
  return Math.min(...times) / (many - few);
}

console.log(`${cpus()[0]?.model}, Node ${process.versions.node}\n\nµs per step, on one core\n`);
const heads = ["model", "batch", ...SETS, ...(tfjs ? ["tfjs", `tfjs to ${SETS.at(-1)}`] : [])];
console.log(`| ${heads.join(" | ")} |\n| ${heads.map(() => "---").join(" | ")} |`);
for (const model of values.models.split(",") as ModelName[]) {
  for (const batch of values.batch.split(",").map(Number)) {
    const own = SETS.map((set) => timeRuns(set, [runOf(model, batch)])[0]);
    const other = beside.includes(model) ? await tfjsStep(model, batch) : undefined;
    const ofTfjs =
      other === undefined ? ["", ""] : [other.toFixed(0), `${(other / (own.at(-1) as number)).toFixed(0)}x`];
    const cells = [model, batch, ...own.map((time) => time.toFixed(1)), ...(tfjs ? ofTfjs : [])];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
await tfjs?.dispose();
