// npm run bench: the cpu engine by itself, on one core.
import { cpus } from "node:os";
import { correlationMatrix } from "../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../src/data/presets.ts";
import { kernelSource } from "../src/engines/cpu/instantiate.ts";
import type { Run } from "../src/engines/engine.ts";
import { flopPerRow } from "../src/models/flop.ts";
import { type ModelName, ZOO } from "../src/models/zoo.ts";
import { type Parts, timeParts } from "./parts.ts";
import { measuredPeak } from "./peak.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"] as const;
const BATCHES = [32, 64, 256, 1024];

function runOf(model: ModelName, batch: number, trainRows: number | "fresh"): Run {
  return {
    ...{ id: model, model: ZOO[model].build({ inputs: 100, tasks: 2 }), data: GENERATOR_PRESETS.paper.settings },
    ...{ correlation: 0.5, correlationMatrix: correlationMatrix(2, 0.5), index: 0, seed: 0 },
    training: {
      ...{ trainRows, sampling: "epochs", batch, steps: 1, optimizer: "adam", lr: 0.001, evalEvery: 1 },
      ...{ initializer: { name: "glorot-uniform" }, heldoutRows: 8 },
    },
  };
}

/**
 * Operations of a step, if all layers were dense. The engine leaves out the half of a weight gradient where ReLU units
 * are shut, so its share of the peak may be above 100 %.
 */
function megaflop({ model, training }: Run): number {
  return (flopPerRow(model) * training.batch) / 1e6;
}

/** Measured between the rows of the table, since the clock varies: the largest counts. */
let peak = 0;
const rows: { run: Run; fixed: Parts; fresh: Parts }[] = [];
const source = kernelSource("wasm");
for (const model of MODELS) {
  for (const batch of BATCHES) {
    peak = Math.max(peak, measuredPeak());
    const run = runOf(model, batch, 10_000);
    rows.push({ run, fixed: timeParts(source, run), fresh: timeParts(source, runOf(model, batch, "fresh")) });
  }
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
console.log(`${cpus()[0]?.model}, Node ${process.versions.node}: peak ${peak.toFixed(1)} GFLOP/s of unfused SIMD`);
console.log(
  "GFLOP/s as if every product were dense; rows where a ReLU unit is shut are left out of its weight gradient\n",
);
console.log(
  "| model | batch | µs a step | GFLOP/s | of peak | products | of peak | Adam | rest | rows, fixed set | rows, fresh |",
);
console.log("|---|---|---|---|---|---|---|---|---|---|---|");
for (const { run, fixed, fresh } of rows) {
  const rate = (microseconds: number) => (1000 * megaflop(run)) / microseconds;
  const step = Math.min(fixed.step, fresh.step);
  const products = Math.min(fixed.products, fresh.products);
  const times = [Math.min(fixed.adam, fresh.adam), Math.min(fixed.rest, fresh.rest), fixed.rows, fresh.rows];
  const cells = [
    ...[run.id, run.training.batch, step.toFixed(1), rate(step).toFixed(1), percent(rate(step) / peak)],
    ...[products.toFixed(1), percent(rate(products) / peak), ...times.map((time) => time.toFixed(1))],
  ];
  console.log(`| ${cells.join(" | ")} |`);
}
