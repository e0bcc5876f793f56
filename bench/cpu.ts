// npm run bench: the cpu engine by itself, on one core.
import { cpus } from "node:os";
import { GENERATOR_PRESETS } from "../src/data/presets.ts";
import { compileKernels } from "../src/engines/cpu/kernels.ts";
import { weightsOf } from "../src/engines/cpu/weights.ts";
import type { Run } from "../src/engines/engine.ts";
import { type ModelName, ZOO } from "../src/models/zoo.ts";
import { timeParts } from "./parts.ts";
import { measuredPeak } from "./peak.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"] as const;
const BATCHES = [32, 64, 256, 1024];

function runOf(model: ModelName, batch: number, trainRows: number | "fresh"): Run {
  return {
    ...{ id: model, model: ZOO[model].build({ inputs: 100, tasks: 2 }), data: GENERATOR_PRESETS.paper.settings },
    ...{ correlation: 0.5, index: 0, seed: 0 },
    training: {
      ...{ trainRows, sampling: "epochs", batch, steps: 1, optimizer: "adam", lr: 0.001, evalEvery: 1 },
      ...{ initializer: { name: "glorot-uniform" }, heldoutRows: 8 },
    },
  };
}

/** Multiplications and additions of the products of a step: two for the first layers, three for those behind them. */
function megaflop({ model, training }: Run): number {
  let sum = 0;
  for (const [name, { D, N }] of weightsOf(model).layers) sum += (name === "first" ? 4 : 6) * D * N * training.batch;
  return sum / 1e6;
}

const module = compileKernels();
const peak = measuredPeak();
console.log(`${cpus()[0]?.model}, Node ${process.versions.node}: peak ${peak.toFixed(1)} GFLOP/s of unfused SIMD\n`);
console.log(
  "| model | batch | µs a step | GFLOP/s | of peak | products of peak | products | Adam | rest | rows, fixed set | rows, fresh |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const model of MODELS) {
  for (const batch of BATCHES) {
    const run = runOf(model, batch, 10_000);
    const fixed = timeParts(module, run);
    const fresh = timeParts(module, runOf(model, batch, "fresh"));
    const rate = (microseconds: number) => (1000 * megaflop(run)) / microseconds;
    const cells = [
      ...[model, batch, fixed.step.toFixed(1), rate(fixed.step).toFixed(1), percent(rate(fixed.step) / peak)],
      ...[percent(rate(fixed.products) / peak), fixed.products.toFixed(1), fixed.adam.toFixed(1)],
      ...[fixed.rest.toFixed(1), fixed.rows.toFixed(1), fresh.rows.toFixed(1)],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}
