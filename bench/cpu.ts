// npm run bench: the cpu engine by itself, on one core, with every kernel set of this machine side by side.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import type { KernelSet, NativeSet } from "../src/engines/cpu/kernel-sets.ts";
import { availableKernels, fuses } from "../src/engines/cpu/native.ts";
import type { Run } from "../src/engines/engine.ts";
import { type Arithmetic, PLAIN_TRAINING } from "../src/engines/training-settings.ts";
import { flopPerRow, parameterCount } from "../src/models/parameters.ts";
import type { ModelName } from "../src/models/zoo.ts";
import { paperRun } from "./paper-run.ts";
import { type Parts, timeParts } from "./parts.ts";
import { type Compiled, type Peak, peakOf } from "./peak.ts";

const MODELS = ["shared-bottom", "omoe", "mmoe"] as const;
const { values } = parseArgs({ options: { batch: { type: "string", default: "1,2,4,8,16,64,256" } } });
const BATCHES = values.batch.split(",").map(Number);
/** Up to here a step is bound by reading and writing weights and moments; from here on by its products. */
const FEW_ROWS = 8;

function runOf(model: ModelName, batch: number, trainRows: number | "fresh", arithmetic: Arithmetic = "portable"): Run {
  return paperRun(model, {
    ...PLAIN_TRAINING,
    trainRows,
    batch,
    steps: 1,
    lr: 0.001,
    arithmetic,
    evalEvery: 1,
    heldoutRows: 8,
  });
}

/**
 * Operations of a step, if all layers were dense. The engine leaves out the half of a weight gradient where ReLU units
 * are shut, so its share of the peak may be above 100 %.
 */
function gigaflop({ model, training }: Run): number {
  return (flopPerRow(model) * training.batch) / 1e9;
}

/** Bytes of a step: weights are read forwards, then they and Adam's two moments read and written. */
function gigabytes({ model }: Run): number {
  return (7 * 4 * parameterCount(model)) / 1e9;
}

const SETS = availableKernels()
  .sets.toReversed()
  .flatMap((set): Compiled[] => (fuses(set) ? [set, `${set as NativeSet}Fused`] : [set]));
const peaks = new Map<Compiled, { measure: () => Peak; arithmetic: number; cache: number }>();
for (const set of SETS) peaks.set(set, { measure: await peakOf(set), arithmetic: 0, cache: 0 });

/** Measured between the rows of the table, since the clock varies: the largest counts. */
function measurePeaks(): void {
  for (const peak of peaks.values()) {
    const { arithmetic, cache = 0 } = peak.measure();
    peak.arithmetic = Math.max(peak.arithmetic, arithmetic);
    peak.cache = Math.max(peak.cache, cache);
  }
}

interface Row {
  readonly run: Run;
  /** By kernel set. */
  readonly parts: ReadonlyMap<Compiled, { readonly fixed: Parts; readonly fresh: Parts }>;
}

const rows: Row[] = [];
for (const model of MODELS) {
  for (const batch of BATCHES) {
    measurePeaks();
    const run = runOf(model, batch, 10_000);
    const timed = SETS.map((compiled) => {
      const set = compiled.replace("Fused", "") as KernelSet;
      const arithmetic = compiled.endsWith("Fused") ? "fused" : "portable";
      const time = (rows: number | "fresh") => timeParts(set, runOf(model, batch, rows, arithmetic));
      return [compiled, { fixed: time(10_000), fresh: time("fresh") }] as const;
    });
    rows.push({ run, parts: new Map(timed) });
    console.error(`bench: ${model}, batch ${batch}`);
  }
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** The least step of both kinds of rows, in µs. */
function stepOf({ parts }: Row, set: Compiled): number {
  const { fixed, fresh } = parts.get(set) as { fixed: Parts; fresh: Parts };
  return Math.min(fixed.step, fresh.step);
}

function table(heads: readonly string[], body: readonly (readonly (string | number)[])[]): string {
  return [heads, heads.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

console.log(`${cpus()[0]?.model}, Node ${process.versions.node}`);
for (const [set, { arithmetic, cache }] of peaks) {
  const bytes = cache > 0 ? `, ${cache.toFixed(0)} GB/s read and written in the second-level cache` : "";
  console.log(`${set}: peak ${arithmetic.toFixed(1)} GFLOP/s${bytes}`);
}

console.log(
  "\nµs per step; how many times faster than wasm; share of the set's peak, as if every product were dense\n",
);
const natives = SETS.filter((set) => set !== "wasm");
console.log(
  table(
    ["model", "batch", ...SETS, ...natives.map((set) => `${set} to wasm`), ...SETS.map((set) => `${set}, of peak`)],
    rows.map((row) => [
      row.run.id,
      row.run.training.batch,
      ...SETS.map((set) => stepOf(row, set).toFixed(1)),
      ...natives.map((set) => `${(stepOf(row, "wasm") / stepOf(row, set)).toFixed(1)}x`),
      ...SETS.map((set) => {
        const { arithmetic = 0 } = peaks.get(set) ?? {};
        return percent((1e6 * gigaflop(row.run)) / stepOf(row, set) / arithmetic);
      }),
    ]),
  ),
);

console.log("\nFew rows: share of the second-level cache's bandwidth\n");
console.log(
  table(
    ["model", "batch", ...natives],
    rows
      .filter(({ run }) => run.training.batch <= FEW_ROWS)
      .map((row) => [
        row.run.id,
        row.run.training.batch,
        ...natives.map((set) => {
          const { cache = 0 } = peaks.get(set) ?? {};
          return percent((1e6 * gigabytes(row.run)) / stepOf(row, set) / cache);
        }),
      ]),
  ),
);

console.log("\nParts of a step, each timed by itself, and making its rows, in µs\n");
console.log(
  table(
    ["model", "batch", "kernels", "products", "Adam", "rest", "rows, fixed set", "rows, fresh"],
    rows.flatMap(({ run, parts }) =>
      Array.from(parts, ([set, { fixed, fresh }]) => [
        run.id,
        run.training.batch,
        set,
        ...(["products", "adam", "rest"] as const).map((part) => Math.min(fixed[part], fresh[part]).toFixed(1)),
        fixed.rows.toFixed(2),
        fresh.rows.toFixed(2),
      ]),
    ),
  ),
);
