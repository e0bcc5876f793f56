// The engine as users run it (compiled, on workers): speed with 1 and 2 workers, memory, time from start to a result.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadConfig, override } from "../dist/config/load.js";
import { CpuEngine } from "../dist/engines/cpu/cpu-engine.js";
import { availableKernels } from "../dist/engines/cpu/native.js";
import { planRuns } from "../dist/sweep/plan.js";

const STEPS = 500;
const ROUNDS = 3;
const PAPER_RUN_STEPS = 3 * 3 * 200 * 10_000;

/** The paper preset cut short: three models, three correlations, two run indices, 500 of 10,000 steps. */
function studyRuns() {
  return planRuns(loadConfig("paper", [override("runs", "runs", "2"), override("steps", "steps", String(STEPS))]));
}

/** µs of wall time per run-step, sets and evaluations included: the least of some rounds. */
async function measure(jobs, kernels) {
  const engine = new CpuEngine({ jobs, kernels });
  const runs = studyRuns();
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await engine.train(runs, { onResult() {} });
    least = Math.min(least, (1000 * (performance.now() - start)) / runs.length / STEPS);
  }
  const planned = engine.memoryBytes(runs);
  await engine.dispose();
  return { least, planned };
}

function startMs() {
  const file = fileURLToPath(new URL("./start.js", import.meta.url));
  return Math.min(
    ...Array.from({ length: 5 }, () => Number(execFileSync(process.execPath, [file], { encoding: "utf8" }))),
  );
}

console.log();
for (const set of availableKernels().sets) {
  const [one, two] = [await measure(1, set), await measure(2, set)];
  const minutes = (PAPER_RUN_STEPS * two.least) / 6e7;
  console.log(
    `${set}: one worker ${one.least.toFixed(1)} µs per run-step, two ${two.least.toFixed(1)}: ${(one.least / two.least).toFixed(2)}x; ` +
      `so the paper preset (18 million run-steps) on two workers would take ${minutes.toFixed(0)} minutes`,
  );
  const [all, planned] = [process.memoryUsage().rss, two.planned].map((bytes) => (bytes / 1e6).toFixed(0));
  console.log(`  memory with two workers: ${all} MB, ${planned} MB of it planned`);
}
console.log(`from process start to the results of a first step: ${startMs()} ms`);
