// npm run bench -- agreement: the same runs on the cpu engine and, traced, on TensorFlow's C library (with --wasm on wasm
// too): how far apart their losses are, as tables in Markdown. Exits with 1 if that is more than stated. Needs mmoe
// cuda setup, with --cpu if there is no card.
import { availableParallelism, cpus } from "node:os";
import { parseArgs } from "node:util";
import { loadConfig, override } from "../src/config/load.ts";
import { CpuEngine } from "../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run } from "../src/engines/engine.ts";
import { createTfjsEngine } from "../src/engines/tfjs/tfjs-engine.ts";
import { estimateText } from "../src/stats/estimate.ts";
import { groupBy } from "../src/stats/group-by.ts";
import { holm } from "../src/stats/pairs.ts";
import { planRuns } from "../src/sweep/plan.ts";
import { thousands } from "../src/units.ts";
import { allowedAfter, type Differences, differencesAfter } from "./agreement/differences.ts";
import { compareFinals } from "./agreement/finals.ts";
import { CHECKPOINTS, lastBitOff, type Trained, trained } from "./agreement/train.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50" },
    corr: { type: "string", default: "0.5,1" },
    models: { type: "string", default: "shared-bottom,omoe,mmoe" },
    lr: { type: "string", default: "0.01" },
    wasm: { type: "boolean", default: false },
  },
});
const config = loadConfig("paper", [
  override("--runs", "runs", values.runs),
  override("--corr", "correlations", values.corr.split(",")),
  override("--models", "models", values.models.split(",")),
  override("--lr", "lr", values.lr),
]);
const runs = planRuns(config) as Run[]; // of models of the family
const byModel = groupBy(runs, ({ model }) => model.name);

const cpu = new CpuEngine();
const tensorflow = await createTfjsEngine({ backend: "tensorflow" });
const reference = await timed("cpu engine", cpu, runs);
const byABit = { name: "cpu engine, a last bit off", losses: await timed("a last bit off", cpu, lastBitOff(runs)) };
const others = [{ name: "tensorflow, traced", losses: await timed("tensorflow, traced", tensorflow, runs) }];
if (values.wasm)
  others.push({ name: "wasm", losses: await timed("wasm", await createTfjsEngine({ backend: "wasm" }), runs) });
await Promise.all([cpu.dispose(), tensorflow.dispose()]);

console.log(
  `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.versions.node}; TensorFlow on ${tensorflow.device}`,
);
console.log(
  `Paper preset cut to ${thousands(CHECKPOINTS[2])} steps: batch ${config.batch}, ${config.optimizer}, lr ${config.lr}; ${config.runs} runs of each model at each of the correlations ${config.correlations?.join(", ")}\n`,
);
const agreed = [printDifferences(), printFinals()];
process.exitCode = agreed.every(Boolean) ? 0 : 1;

async function timed(name: string, engine: Engine, some: readonly Run[]): Promise<Trained> {
  const start = performance.now();
  const losses = await trained(engine, some);
  console.error(`bench: ${name}: ${some.length} runs in ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return losses;
}

/** Prints how far apart losses are after each checkpoint; returns whether all are within their tolerances. */
function printDifferences(): boolean {
  console.log("Relative differences from the cpu engine of each task's held-out loss, median / largest:\n");
  printHead(["model", "engine", ...CHECKPOINTS.map((step) => `step ${thousands(step)}`), "within"]);
  const within = [...byModel].flatMap(([model, some]) => {
    const apart = (losses: Trained) => CHECKPOINTS.map((_, at) => differencesAfter(some, at, [reference, losses]));
    const bits = apart(byABit.losses);
    printRow([model, byABit.name, ...bits.map(differencesText), ""]);
    const allowed = bits.map((bit, at) => allowedAfter(at, bit));
    printRow([model, "allowed", ...allowed.map(differencesText), ""]);
    return others.map(({ name, losses }) => {
      const found = apart(losses);
      const good = found.every((one, at) => isWithin(one, allowed[at]));
      printRow([model, name, ...found.map(differencesText), good ? "yes" : "NO"]);
      return good;
    });
  });
  return within.every(Boolean);
}

/** Prints whether final losses have one distribution; returns whether all mean differences are within their margins. */
function printFinals(): boolean {
  console.log("\nFinal losses over the training set, means over correlations, less the cpu engine's [95 %, BCa]:\n");
  const heads = ["pairs", "mean difference", "margin", "within", "Wilcoxon's p (Holm)", "ratio of sds"];
  printHead(["model", "engine", "mean", ...heads]);
  printModels(byABit);
  return others.map(printModels).every(Boolean);
}

/** Adds one engine's models, a family of tests; returns whether all are within their margins. */
function printModels({ name, losses }: typeof byABit): boolean {
  const compared = [...byModel].map(([model, some]) => ({ model, ...compareFinals(some, reference, losses) }));
  const adjusted = holm(compared.map(({ p }) => p));
  for (const [i, { model, pairs, mean, difference, margin, equivalent, sdRatio }] of compared.entries())
    printRow([
      model,
      name,
      mean.toFixed(4),
      String(pairs),
      estimateText(difference, 4, pairs),
      margin.toFixed(4),
      equivalent ? "yes" : "NO",
      adjusted[i].toFixed(2),
      estimateText(sdRatio, 3, pairs),
    ]);
  return compared.every(({ equivalent }) => equivalent);
}

function isWithin(found: Differences, allowed: Differences): boolean {
  return found.median <= allowed.median && found.largest <= allowed.largest;
}

function differencesText({ median, largest }: Differences): string {
  return `${median.toExponential(1)} / ${Number.isFinite(largest) ? largest.toExponential(1) : "any"}`;
}

function printHead(heads: readonly string[]): void {
  printRow(heads);
  printRow(heads.map(() => "---"));
}

function printRow(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}
