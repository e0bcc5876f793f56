// npm run bench -- census [--runs R] [--steps S] [--only compare|protocol]: what the census study of the paper costs, on 1,000 of its rows
// repeated to UCI's sizes: MMoE beside PyTorch, in turns; then both groups' sweeps with a part of the 400 runs.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { type Cost, costOf, costText, pathOf, peerLine, pytorchThreads, rateText } from "./process-cost.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "4" },
    steps: { type: "string", default: "300" },
    only: { type: "string" },
    python: { type: "string", default: pathOf("peers/.venv/bin/python") },
    folder: { type: "string", default: join(tmpdir(), "mmoe-census") },
  },
});
const [RUNS, STEPS, BATCH, ALL_RUNS] = [Number(values.runs), Number(values.steps), 512, 400];
const UCI_ROWS = { "census-income.data": 199_523, "census-income.test": 99_762 };
const MODELS = "single-task,shared-bottom,l2-constrained,cross-stitch,tensor-factorization,omoe,mmoe";

console.log(`${cpus()[0]?.model}, ${cpus().length} processors; 199,523 training rows, batches of ${BATCH}`);
prepare();
if (values.only !== "protocol") for (const runs of [1, 8]) compare(runs);
if (values.only !== "compare") protocol();

/** Both files, and the tables and configs of both groups, unless they are there. */
function prepare(): void {
  if (existsSync(config(2))) return;
  const lines = gunzipSync(readFileSync(pathOf("../test/examples/census/census-income-1000.gz")))
    .toString()
    .trim()
    .split("\n");
  mkdirSync(values.folder, { recursive: true });
  const files = Object.entries(UCI_ROWS).map(([name, rows]) => {
    const file = join(values.folder, name);
    writeFileSync(file, Array.from({ length: rows }, (_, n) => `${lines[n % lines.length]}\n`).join(""));
    return file;
  });
  const cost = costOf([pathOf("../examples/census/prepare.mjs"), ...files, "--output", join(values.folder, "census")]);
  console.log(`prepare.mjs: ${costText(cost)}`);
}

function config(group: number): string {
  return join(values.folder, "census", `group${group}.yaml`);
}

/** Rows per second of MMoE, of all runs together; ours from two sweeps: what both do besides does not count. */
function compare(runs: number): void {
  const words = (steps: number) => {
    const once = ["--set", `evalEvery=${steps}`, "--set", "patience=null"];
    return ["--models", "mmoe", "--steps", String(steps), ...once];
  };
  const [few, many] = [STEPS, 5 * STEPS].map((steps) => trained(1, runs, words(steps))) as [Cost, Cost];
  const own = (4 * STEPS * BATCH * runs * 1000) / (many.ms - few.ms);
  console.log(`MMoE, ${runs} ${runs === 1 ? "run" : "runs at once"}: mmoe ${rateText(own)}, ${costText(many)} in all`);
  for (const { name, threads } of pytorchThreads()) {
    const program = ["--runs", String(runs), "--threads", String(threads), "--steps", String(STEPS)];
    console.log(peerLine(name, values.python, [pathOf("census/pytorch.py"), ...program], own));
  }
}

/** Both groups, the paper's models, each run stopped by its AUC on validation rows; from some runs, what all would take. */
function protocol(): void {
  const costs = [1, 2].map((group) => trained(group, RUNS, ["--models", MODELS]));
  for (const [i, cost] of costs.entries()) console.log(`group ${i + 1}, 7 models of ${RUNS} runs: ${costText(cost)}`);
  const hours = ((costs.reduce((sum, { ms }) => sum + ms, 0) / 3_600_000) * ALL_RUNS) / RUNS;
  console.log(`both groups with ${ALL_RUNS} runs, at that pace: ${hours.toFixed(1)} h`);
}

function trained(group: number, runs: number, words: readonly string[]): Cost {
  const out = mkdtempSync(join(tmpdir(), "mmoe-bench-"));
  try {
    const program = [pathOf("../bin/mmoe.js"), "sweep", config(group), "--lr", "0.001", "--batch", String(BATCH)];
    return costOf([...program, "--runs", String(runs), ...words, "--out", out]);
  } finally {
    rmSync(out, { recursive: true });
  }
}
