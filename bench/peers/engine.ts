// One of our engines as a peer: `tsx engine.ts cpu|cpu-wasm|tfjs --models ...`, with the options and the line of output of common.py.
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run } from "../../src/engines/engine.ts";
import type { MethodName } from "../../src/engines/methods.ts";
import { PLAIN_TRAINING, type TrainingSettings } from "../../src/engines/training-settings.ts";
import type { ModelName } from "../../src/models/zoo.ts";
import { paperRun } from "../paper-run.ts";

const LAST_STEPS = 100;
const HELDOUT_ROWS = 8;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: "string", default: "mmoe" },
    method: { type: "string", default: "sum" },
    batch: { type: "string", default: "64" },
    runs: { type: "string", default: "24" },
    steps: { type: "string", default: "1000" },
    threads: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    wait: { type: "boolean", default: false },
  },
});
const name = positionals[0] ?? "cpu";
const models = values.models.split(",") as ModelName[];
const [batch, runs, steps, threads, rounds] = [
  ...[values.batch, values.runs, values.steps, values.threads, values.rounds].map(Number),
] as [number, number, number, number, number];
const lr = 0.01;

interface Round {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** Mean over tasks of each run, by its id. */
  readonly losses: ReadonlyMap<string, number>;
}

const engine = await createEngine();
await timed(LAST_STEPS, 0);
if (values.wait) {
  console.log("ready");
  const lines = createInterface({ input: process.stdin });
  await lines[Symbol.asyncIterator]().next();
  lines.close();
}
const counted: Round[] = [];
for (let round = 0; round < rounds; round++) counted.push(await timed(steps, round));
await engine.dispose();

const least = (of: (round: Round) => number) => Math.min(...counted.map(of));
const runSteps = models.length * runs * steps;
console.log(
  JSON.stringify({
    peer: name,
    version: `Node ${process.versions.node}`,
    models,
    method: values.method,
    batch,
    runs,
    threads,
    steps,
    lr,
    usPerRunStep: rounded((1000 * least(({ wallMs }) => wallMs)) / runSteps, 2),
    cpuUsPerRunStep: rounded((1000 * least(({ cpuMs }) => cpuMs)) / runSteps, 2),
    finalLoss: Object.fromEntries(models.map((model) => [model, rounded(meanLoss(model), 4)])),
  }),
);

/** The tfjs engine's `runs` are its group: R replicas in each call. */
async function createEngine(): Promise<Engine> {
  if (name === "cpu" || name === "cpu-fused") return new CpuEngine({ jobs: threads });
  if (name === "cpu-wasm") return new CpuEngine({ jobs: threads, kernels: "wasm" });
  const { createTfjsEngine } = await import("../../src/engines/tfjs/tfjs-engine.ts");
  return createTfjsEngine({ backend: "wasm", groupSize: runs });
}

function planned(steps: number, seed: number): Run[] {
  const training: TrainingSettings = {
    ...PLAIN_TRAINING,
    trainRows: "fresh",
    batch,
    steps,
    lr,
    evalEvery: LAST_STEPS,
    heldoutRows: HELDOUT_ROWS,
    method: values.method as MethodName,
    arithmetic: name === "cpu-fused" ? "fused" : "portable",
  };
  return Array.from({ length: runs }, (_, index) =>
    models.map((model) => ({
      ...paperRun(model, training),
      id: `${model}/${index}`,
      index,
      seed,
    })),
  ).flat();
}

async function timed(steps: number, seed: number): Promise<Round> {
  const all = planned(steps, seed);
  const losses = new Map<string, number>();
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await engine.train(all, {
    onResult({ run, failure, curve }) {
      if (failure) throw new Error(`run ${run.id}: ${failure}`);
      losses.set(run.id, mean(curve.train.at(-1) ?? []));
    },
  });
  const wallMs = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, losses };
}

function meanLoss(model: ModelName): number {
  return mean(
    counted.flatMap(({ losses }) => [...losses].filter(([id]) => id.startsWith(`${model}/`)).map(([, x]) => x)),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
