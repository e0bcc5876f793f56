// npm run bench -- table [--rows N,...] [--steps S] [--runs R,...] [--only ours]: MMoE on a recommender's table beside PyTorch and
// torch-rechub, in turns: reading, memory at its peak, rows per second, AUC.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { parse } from "csv-parse/sync";
import { xoshiroOf } from "../src/random/xoshiro.ts";
import { areaError, areaUnderCurve } from "../src/stats/ranking.ts";
import { type Cost, costOf, costText, MB, pathOf, peerLine, pytorchThreads, rateText } from "./process-cost.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "1000000" },
    steps: { type: "string", default: "300" },
    runs: { type: "string", default: "1,4" },
    only: { type: "string" },
    python: { type: "string", default: pathOf("peers/.venv/bin/python") },
    tables: { type: "string", default: join(tmpdir(), "mmoe-tables") },
  },
});
const STEPS = Number(values.steps);
const BATCH = 512;

console.log(`${cpus()[0]?.model}, ${cpus().length} processors; batches of ${BATCH}`);
for (const rows of values.rows.split(",").map(Number)) {
  const file = tableOf(rows);
  console.log(`${rows.toLocaleString("en")} rows, ${(statSync(file).size / MB).toFixed(0)} MB as Parquet`);
  const folder = mkdtempSync(join(tmpdir(), "mmoe-bench-"));
  try {
    const { cellBytes, ...read } = reading(file, folder);
    console.log(`  mmoe reads them in ${costText(read)}: ${(cellBytes / MB).toFixed(0)} MB of cells`);
    console.log(`  a later start takes them in ${costText(reading(file, folder))}`);
    console.log(
      `  AUC and its error on ${(rows / 5).toLocaleString("en")} test rows: ${ranking(rows / 5)} s of processor`,
    );
    for (const runs of values.runs.split(",").map(Number)) compare(file, folder, rows, runs);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What it costs to read a table; it is then kept in a folder for later starts. */
function reading(file: string, folder: string): Cost & { readonly cellBytes: number } {
  const words = [pathOf("table/read.js"), file, folder];
  return JSON.parse(execFileSync(process.execPath, words, { encoding: "utf8" }));
}

/** Seconds of the processor that a task's AUC takes. */
function ranking(rows: number): string {
  const random = xoshiroOf("bench/table/auc");
  const scores = Float32Array.from({ length: rows }, () => random.next() * 2 ** -32);
  const labels = scores.map((score) => Number(random.next() * 2 ** -32 < score));
  const before = process.cpuUsage();
  areaUnderCurve(scores, labels);
  areaError(scores, labels);
  return (process.cpuUsage(before).user / 1e6).toFixed(2);
}

/** Rows per second of training, from two sweeps: what both do besides does not count. */
function compare(file: string, folder: string, rows: number, runs: number): void {
  const [few, many] = [STEPS, 5 * STEPS].map((steps) => trained(file, folder, runs, steps)) as [Trained, Trained];
  const trainedRows = 4 * STEPS * BATCH * runs * 1000;
  const own = trainedRows / (many.ms - few.ms);
  const ofProcessor = `${rateText(trainedRows / (many.cpuMs - few.cpuMs))} of processor`;
  const how = runs === 1 ? "1 run" : `${runs} runs at once`;
  console.log(`  ${how}: mmoe ${rateText(own)} (${ofProcessor}), ${costText(many)} in all, AUC ${many.auc}`);
  if (values.only === "ours") return;
  for (const [name, script, words] of peersOf(runs)) {
    console.log(peerLine(name, values.python, [pathOf(`table/${script}`), "--rows", String(rows), ...words], own));
  }
}

/** Each peer with the number of threads that suits it. */
function peersOf(runs: number): (readonly [name: string, script: string, words: readonly string[]])[] {
  const pytorch = pytorchThreads().map(({ name, threads }) => {
    const words = ["--runs", String(runs), "--threads", String(threads), "--steps", String(STEPS)];
    return [name, "pytorch.py", words] as const;
  });
  if (runs > 1) return pytorch;
  return [...pytorch, ["torch-rechub", "rechub.py", ["--threads", String(cpus().length)]]];
}

interface Trained extends Cost {
  readonly auc: string;
}

/** A sweep into the folder that has its table. */
function trained(file: string, folder: string, runs: number, steps: number): Trained {
  const out = join(folder, `runs=${runs},steps=${steps}`);
  const often = ["--set", `evalEvery=${steps}`, "--steps", String(steps), "--lr", "0.001"];
  const cost = ours(file, ["--runs", String(runs), ...often, "--out", out]);
  const rows = parse(readFileSync(join(out, "runs.csv")), { columns: true }) as Record<string, string>[];
  const auc = rows.map((row) => Number(row.auc1));
  return { ...cost, auc: (auc.reduce((sum, one) => sum + one, 0) / auc.length).toFixed(4) };
}

/** What a sweep of MMoE cost: 8 experts of 64 units, vectors of 16 numbers, each step of a batch's vectors alone. */
function ours(file: string, words: readonly string[]): Cost {
  const model = ["--models", "mmoe", "--model-set", "mmoe.experts.layers=64"];
  const vectors = ["--embedding", "16", "--one-hot", "1", "--set", "embeddingSteps=lazy"];
  const program = [pathOf("../bin/mmoe.js"), "sweep", "--rows", file];
  return costOf([...program, ...model, ...vectors, "--batch", String(BATCH), ...words]);
}

/** A table that was made before, or is made now. */
function tableOf(rows: number): string {
  const file = join(values.tables, `${rows}.parquet`);
  mkdirSync(values.tables, { recursive: true });
  if (!existsSync(file)) {
    const words = ["tsx", pathOf("table/make-table.ts"), file, "--rows", String(rows)];
    execFileSync("npx", words, { stdio: "inherit" });
  }
  return file;
}
