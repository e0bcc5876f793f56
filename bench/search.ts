// Searches by mmoe tune beside Optuna's TPE, at an equal number of runs: npm run bench -- search PYTHON [PROBLEM], with a Python that has Optuna.
// bench/search.py asks; this process trains, so that neither pays for starting programs.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { axesOf } from "../src/config/axes.ts";
import type { Config } from "../src/config/config.ts";
import { listOverride, loadConfig } from "../src/config/load.ts";
import { modelSetOverrides } from "../src/config/model-set.ts";
import type { Ranges } from "../src/config/ranges.ts";
import type { RunResult } from "../src/engines/engine.ts";
import type { GridPoint } from "../src/identity/cell.ts";
import { cellLosses } from "../src/records/cell-losses.ts";
import type { Results } from "../src/records/read-results.ts";
import { recordOf } from "../src/records/record.ts";
import { mean } from "../src/stats/moments.ts";
import { loadEngine } from "../src/sweep/engines.ts";
import { runsAt } from "../src/sweep/plan.ts";
import { search } from "../src/sweep/search.ts";
import { withTables } from "../src/sweep/share.ts";
import { tune, validationLoss } from "../src/sweep/tune.ts";

/** What is trained, and what is searched there, by names of settings and of mmoe's fields. */
interface Problem {
  readonly config: string;
  readonly set: Readonly<Record<string, string>>;
  readonly axes: Readonly<Record<string, string>>;
}

/** A generator like the paper's in 8 inputs, which trains fast. */
const SMALL = {
  data: "{inputs: 8, scale: 0.5, alpha: [1.5, 3], beta: [0.2, 1], noiseStd: 0.1}",
  ...{ correlations: "0.5", trainRows: "fresh", evalEvery: "300", steps: "300", heldoutRows: "500" },
};
const PROBLEMS: Readonly<Record<string, Problem>> = {
  "sines, adam": {
    config: "smoke",
    set: SMALL,
    axes: { lr: "1e-4..1e-1", batch: "16..64", "experts.layers": "4..64" },
  },
  "classes of sines, sgd": {
    config: "smoke",
    set: { ...SMALL, labelKind: "binary", optimizer: "sgd" },
    axes: { lr: "1e-3..3", momentum: "0..0.95", dropout: "0..0.5", "experts.shared": "2..12" },
  },
  penguins: {
    config: "examples/penguins.yaml",
    set: { steps: "300", evalEvery: "300", patience: "null" },
    axes: { lr: "1e-4..1e-1", batch: "8..64", dropout: "0..0.5", "experts.layers": "4..64" },
  },
};

interface Asked {
  readonly problem: string;
  readonly seed: number;
  /** Values to train with, and in which runs; or a search of so many trials of at most as many runs. */
  readonly values?: GridPoint;
  readonly runs: readonly number[];
  readonly trials?: number;
}

const isField = (key: string) => key.includes(".");

function configOf({ problem, seed }: Asked, values: Readonly<Record<string, unknown>>, ranges?: Ranges): Config {
  const { config, set } = PROBLEMS[problem] as Problem;
  const settings = Object.entries({ ...set, models: "mmoe", seed, ...values }).filter(([key]) => !isField(key));
  const fields = Object.entries(values).filter(([key]) => isField(key));
  const overrides = settings.map(([key, value]) => listOverride(`--set ${key}`, key, String(value)));
  const changes = ranges ? [] : modelSetOverrides(fields.map(([key, value]) => `mmoe.${key}=${value}`));
  return loadConfig(config, [...overrides, ...changes], ranges);
}

const choosing = (results: Results) => {
  const metric = results.config.rows === null ? undefined : validationLoss(results);
  return { loss: "heldout" as const, metric, by: "model" as const };
};

const engine = await loadEngine("cpu", { jobs: 1 });

/** The mean of what decides over some runs; of a table on its validation rows. */
async function lossOf(asked: Asked): Promise<number> {
  const config = configOf(asked, asked.values ?? {});
  const runs = withTables(asked.runs.flatMap((index) => runsAt(config, index)));
  const ended: RunResult[] = [];
  await engine.train(runs, { signal: new AbortController().signal, onResult: (result) => ended.push(result) });
  const records = ended.map((result) => recordOf(result, "cpu"));
  const results = { path: "bench", config, at: {}, records, provenances: [] };
  const { metric } = choosing(results);
  const losses = metric ? records.map(metric.of) : [...(cellLosses(results, "heldout")[0]?.byRun.values() ?? [])];
  return losses.length < runs.length ? Number.POSITIVE_INFINITY : mean(losses);
}

/** The values that mmoe tune chooses, and the runs that it took. */
async function found(asked: Asked) {
  const { axes } = PROBLEMS[asked.problem] as Problem;
  const ranges: Ranges = new Map();
  const config = configOf(asked, { ...axes, runs: asked.runs.length }, ranges);
  const fields = Object.entries(axes).filter(([key]) => isField(key));
  const of = axesOf(
    config,
    ranges,
    fields.map(([key, values]) => `mmoe.${key}=${values}`),
  );
  const folder = mkdtempSync(join(tmpdir(), "mmoe-bench-"));
  let spent = 0;
  const request = {
    ...({
      config,
      axes: of,
      trials: asked.trials,
      out: join(folder, "search"),
      engine: "cpu",
      engineOptions: { jobs: 1 },
    } as const),
    choose: (results: Results) => {
      [last] = tune(results, choosing(results));
      return [last];
    },
  };
  let last = {} as ReturnType<typeof tune>[number];
  await search(request, { listener: { result: () => spent++ } });
  rmSync(folder, { recursive: true });
  return { values: last.chosen, spent };
}

const python = spawn(process.argv[2] ?? "python3", [join(import.meta.dirname, "search.py")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const asked = Object.entries(PROBLEMS).filter(([name]) => (process.argv[3] ?? name) === name);
python.stdin.write(`${JSON.stringify(Object.fromEntries(asked.map(([name, { axes }]) => [name, axes])))}\n`);
for await (const line of createInterface(python.stdout)) {
  const question: Asked = JSON.parse(line);
  const answer = question.trials === undefined ? await lossOf(question) : await found(question);
  python.stdin.write(`${JSON.stringify(answer === Number.POSITIVE_INFINITY ? 1e9 : answer)}\n`);
}
await engine.dispose();
