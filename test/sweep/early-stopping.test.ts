// Runs whose number of steps is chosen on a part of their training rows.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { autoStepsOverride } from "../../src/config/auto-steps.ts";
import { decidingMetric } from "../../src/config/choose-by.ts";
import { configAt, trainedHash } from "../../src/config/config.ts";
import type { Override } from "../../src/config/file-version.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { rowsOverride } from "../../src/config/rows.ts";
import { taskOverride } from "../../src/config/task-kinds.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { isEnough } from "../../src/engines/early-stop.ts";
import type { AnyRun, Engine, Hooks, RunResult } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import {
  mostSteps,
  type StoppedRun,
  trainingsOf,
  validationRun,
  withEarlyStopping,
} from "../../src/sweep/early-stopping.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { withTables } from "../../src/sweep/share.ts";
import { complaint } from "../support/complaint.ts";
import { csvFile } from "../support/csv.ts";
import { expectVerified, runMain, temporaryFolder } from "../support/effects.ts";
import { fakeEngine } from "../support/fake-engine.ts";
import { fakeStopping, stoppedRun as run, STOPPING } from "../support/stopped-runs.ts";
import { tableFile } from "../support/tables.ts";

async function resultsOf(engine: Engine, runs: readonly AnyRun[]): Promise<RunResult[]> {
  const results: RunResult[] = [];
  await engine.train(runs, { onResult: (result) => results.push(result) });
  return results;
}

describe("the number of steps", () => {
  test("is that of the lowest validation loss before patience ends", async () => {
    const { engine, asked } = fakeStopping((step) => Math.abs(step - 30) + 1);
    const [result] = await resultsOf(engine, [run()]);
    expect(result?.run.training.steps).toBe(30);
    expect(result?.measures).toEqual({ validationLoss: 1 });
    expect(asked.map(([one]) => one?.training.steps)).toEqual([400, 30]); // a try, then the run itself
    expect(asked.map(([one]) => one?.until)).toEqual([STOPPING, undefined]);
  });

  test.each([
    ["auc", true, (step: number) => 1 - Math.abs(step - 18) / 1000],
    ["rmse", false, (step: number) => 7 + Math.abs(step - 18)],
  ])(
    "is that of the best %s of a task, where that decides, with the loss there",
    async (metric, isHigherBetter, of) => {
      const { engine } = fakeStopping((step) => Math.abs(step - 30) + 1, { [`${metric}/2`]: of });
      const by = { metric, task: 1, isHigherBetter };
      const [result] = await resultsOf(engine, [run({ stopping: { ...STOPPING, by } })]);
      expect([result?.run.training.steps, result?.measures]).toEqual([18, { validationLoss: 13 }]);
      const [none] = await resultsOf(fakeStopping(() => 1, { [`${metric}/2`]: () => Number.NaN }).engine, [
        run({ stopping: { ...STOPPING, by } }),
      ]);
      expect(none?.failure).toBe(`its validation rows have no ${metric} of task 2`);
    },
  );

  test("is that of the best mean of a metric over tasks, where that decides, unless a task has none", async () => {
    const near = (best: number) => (step: number) => 1 - (step - best) ** 2 / 1e4;
    const by = { metric: "auc", task: null, isHigherBetter: true };
    const of = async (second: (step: number) => number) => {
      const { engine } = fakeStopping((step) => step + 1, { "auc/1": near(12), "auc/2": second });
      const [result] = await resultsOf(engine, [run({ stopping: { ...STOPPING, by } })]);
      return result?.failure ?? result?.run.training.steps;
    };
    expect(await of(near(24))).toBe(18);
    expect(await of(() => Number.NaN)).toBe("its validation rows have no auc of every task");
  });

  test("is by chooseBy that at which a run of all steps has the best metric on its validation rows", async () => {
    const rows = [rowsOverride(tableFile(60, { signs: true })), setOverride("batch=7"), setOverride("seed=3")];
    const kinds = taskOverride("y_1=binary");
    const runOf = (...more: Override[]) => {
      const config = loadConfig("smoke", [...rows, kinds, setOverride("models=mmoe"), ...more]);
      return withTables(planRuns({ ...config, runs: 1 }))[0];
    };
    const chosen = runOf(...["steps=120", "patience=99", "chooseBy=auc1"].map(setOverride));
    const whole = runOf(setOverride("steps=120"), setOverride("evalEvery=6"), setOverride("patience=null"));
    expect(chosen.stopping?.by).toEqual({ metric: "auc", task: 0, isHigherBetter: true });
    const engine = new CpuEngine({ jobs: 1 });
    const [first, second] = await resultsOf(withEarlyStopping(engine), [chosen, whole]);
    await engine.dispose();
    const [stopped, all] = [first, second].toSorted((a) => (a?.run.training.steps === 120 ? 1 : -1));
    const areas = all?.diagnostics?.values["validationAuc/1"] as number[];
    const best = all?.curve.steps[areas.indexOf(Math.max(...areas))];
    expect(best).toBeLessThan(120);
    expect(stopped?.run.training.steps).toBe(best);
  });

  test("is chosen by loss or a metric that a task has: others get one line", () => {
    const config = (chooseBy: string, ...more: Override[]) =>
      complaint(() => loadConfig("smoke", [...more, setOverride(`chooseBy=${chooseBy}`)]));
    const rows = [rowsOverride(tableFile(60, { signs: true })), taskOverride("y_1=binary")];
    expect(config("auc2", ...rows)).toContain(
      "--set chooseBy: expected loss or one of auc1, averagePrecision1, accuracy1, f1Macro1, logLoss1, calibrationError1, rSquared2, rmse2, mae2, got 'auc2'; did you mean 'auc1'?",
    );
    const both = [rows[0] as Override, ...["y_1=binary", "y_2=regression"].map(taskOverride)];
    expect(config("aucMean", ...both)).toContain("got 'aucMean'"); // one task alone has it
    const numbers = loadConfig("smoke", [rowsOverride(tableFile(60)), setOverride("chooseBy=rmseMean")]);
    expect(decidingMetric(numbers)).toEqual({ metric: "rmse", task: null, isHigherBetter: false });
    expect(config("auc1")).toContain("--set chooseBy: chooses on validation rows; add --steps auto, or leave it out");
  });

  test("is told as it is chosen, with the steps of its try", async () => {
    const { engine } = fakeStopping((step) => Math.abs(step - 60) + 1);
    const told: [string, ...(number | undefined)[]][] = [];
    const onChoosing: Hooks["onChoosing"] = ({ id }, ...numbers) => told.push([id, ...numbers]);
    await engine.train([run({ id: "a" }), run({ id: "b" })], { onResult: () => {}, onChoosing });
    const of = (id: string) => told.filter(([one]) => one === id).map(([, ...numbers]) => numbers);
    expect(of("a")).toEqual([[0], [200], [400, 60]]);
    expect(of("b")).toEqual(of("a"));
  });

  test("is at most what a run is expected to take: a try up to its limit, then all its steps", async () => {
    const falling = fakeStopping((step) => 1 / step);
    await resultsOf(falling.engine, [run()]);
    const trained = falling.asked.flat().map(({ until: _, ...asked }) => asked);
    expect(trainingsOf(run())).toEqual(trained);
    expect(mostSteps(run())).toBe(400 + 400);
    const { stopping: _, ...plain } = run();
    expect([trainingsOf(plain as AnyRun, 60), mostSteps(plain as AnyRun)]).toEqual([[plain], 400]);
  });

  test("is a try as long as patience asks and the chosen steps, if a run chooses as many as expected", async () => {
    const { engine, asked } = fakeStopping((step) => Math.abs(step - 60) + 1);
    await resultsOf(engine, [run()]);
    const [tried, chosen] = trainingsOf(run(), 60);
    expect([tried?.training.steps, chosen?.training.steps]).toEqual([60 + 3 * 6, 60]);
    expect(chosen).toEqual(asked.flat()[1]);
  });

  test("ends at the first loss that is no number, and a run without any other fails", async () => {
    const { engine } = fakeStopping((step) => (step > 24 ? Number.NaN : 1 / step));
    expect((await resultsOf(engine, [run()]))[0]?.run.training.steps).toBe(24);
    const [failed] = await resultsOf(fakeStopping(() => Number.NaN).engine, [run()]);
    expect([failed?.failure, failed?.run.stopping]).toEqual(["loss is NaN at step 6", STOPPING]);
  });

  test("is each run's own, and runs without early stopping are trained as they are", async () => {
    const { engine, asked } = fakeStopping((step, id) => Math.abs(step - (id === "a" ? 12 : 48)) + 1);
    const { stopping: _, ...plain } = run({ id: "c" });
    const results = await resultsOf(engine, [run({ id: "a" }), plain, run({ id: "b" })]);
    const steps = Object.fromEntries(results.map(({ run: one }) => [one.id, one.training.steps]));
    expect(steps).toEqual({ a: 12, b: 48, c: 400 });
    expect(asked[0]?.map(({ id }) => id)).toEqual(["c"]);
  });

  test("is chosen for some runs at a time, each of which is trained once, in order", async () => {
    const { engine, asked } = fakeStopping((step) => Math.abs(step - 30) + 1);
    const ids = Array.from({ length: 70 }, (_, i) => `${i}`);
    const results = await resultsOf(
      engine,
      ids.map((id) => run({ id })),
    );
    expect(results.map(({ run: { id } }) => id)).toEqual(ids);
    expect(Math.max(...asked.map((runs) => runs.length))).toBeLessThan(70);
  });

  test("is that of the lowest mean over tasks, after as many looks in a row without a better one as patience says", async () => {
    const chosenWith = async (looks: number) => {
      const { engine } = fakeStopping((step) => (step === 12 ? 1 : step === 12 + 6 * looks ? 0.5 : 2));
      return (await resultsOf(engine, [run()]))[0]?.run.training.steps;
    };
    expect([await chosenWith(2), await chosenWith(3), await chosenWith(4)]).toEqual([24, 30, 12]);
    const ofTasks = (step: number) => [Math.abs(step - 12) / 10, Math.abs(step - 42) / 2];
    const { engine } = fakeStopping(ofTasks);
    expect((await resultsOf(engine, [run()]))[0]?.run.training.steps).toBe(42);
  });

  test("is not chosen once the sweep is stopped", async () => {
    const { engine, asked } = fakeStopping(() => 1);
    await engine.train([run()], { onResult: () => {}, signal: AbortSignal.abort() });
    expect(asked).toEqual([]);
  });
});

describe("the validation rows", () => {
  test("are what an engine sees in place of held-out rows", async () => {
    const { engine, asked } = fakeStopping((step) => step);
    await resultsOf(engine, [run()]);
    expect(asked.map(([one]) => [one?.training.validates, one?.training.heldoutRows])).toEqual([
      [true, 9],
      [undefined, 15],
    ]);
  });
});

describe("on real engines", () => {
  let cpu: Engine;
  let tfjs: Engine;
  beforeAll(async () => {
    cpu = withEarlyStopping(new CpuEngine({ jobs: 2 }));
    tfjs = withEarlyStopping(await createTfjsEngine({ backend: "wasm" }));
  });
  afterAll(() => cpu.dispose());

  /** Runs on a table whose held-out rows have labels times `by`. */
  function runs(by: number): AnyRun[] {
    const file = tableFile(60, { parts: true });
    const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
    const changed = lines.map((line) => {
      const cells = line.split(",");
      return cells[5] === "heldout" ? cells.with(3, String(by * Number(cells[3]))).join() : line;
    });
    writeFileSync(file, `${[header, ...changed].join("\n")}\n`);
    const set = ["runs=2", "models=mmoe", "steps=auto", "patience=4", "batch=8", "lr=0.01"].map(setOverride);
    return withTables(planRuns(loadConfig("smoke", [rowsOverride(file), ...set])));
  }
  const stepsOf = async (engine: Engine, by = 1) =>
    (await resultsOf(engine, runs(by)))
      .sort((a, b) => a.run.index - b.run.index)
      .map(({ run: one, curve }) => [one.training.steps, curve.steps.at(-1)]);

  test("cpu and tfjs choose the same numbers of steps, and curves end there", async () => {
    const steps = await stepsOf(cpu);
    expect(steps.every(([chosen, last]) => chosen === last && (chosen as number) < 25_000)).toBe(true);
    expect(await stepsOf(tfjs)).toEqual(steps);
  });

  test.each(["cpu", "tfjs"])(
    "a try on %s ends where its best step is known, each run of a group at its own",
    async (name) => {
      const engine = name === "cpu" ? new CpuEngine({ jobs: 1 }) : await createTfjsEngine({ backend: "wasm" });
      const [run] = runs(1) as [StoppedRun];
      const training = { ...run.training, steps: 240 };
      const slow = { ...run, id: "slow", training: { ...training, lr: 0.002 } } as StoppedRun;
      const tries = [{ ...run, training }, slow].map(validationRun);
      const whole = await resultsOf(
        engine,
        tries.map(({ until: _, ...one }) => one as AnyRun),
      );
      const stopped = await resultsOf(engine, tries);
      await engine.dispose();
      const ends = stopped.map((result) => {
        const all = whole.find((one) => one.run.id === result.run.id) as RunResult;
        const losses = all.curve.heldout.map(([a = 0, b = 0]) => a + b);
        const last = losses.findIndex(
          (_, i) => i >= 4 && Math.min(...losses.slice(i - 3, i + 1)) >= Math.min(...losses.slice(0, i - 3)),
        );
        expect(result.curve.heldout).toEqual(all.curve.heldout.slice(0, last + 1)); // 4 looks in a row are no better
        return result.curve.steps.at(-1);
      });
      expect(new Set(ends).size).toBe(2);
      expect(Math.max(...(ends as number[]))).toBeLessThan(240);
    },
  );

  test("a try ends at its first look where its rows have no such metric", () => {
    const until = { ...STOPPING, by: { metric: "auc", task: 1, isHigherBetter: true } };
    const looks = (...values: number[]) => {
      const curve = { steps: values.map((_, i) => i + 1), train: [], heldout: values.map(() => [1, 1]) };
      return { curve, diagnostics: { steps: curve.steps, values: { "auc/2": values } } };
    };
    expect([[], [Number.NaN], [0.5]].map((values) => isEnough({ until }, looks(...values)))).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("of generated rows, a run that leaves out the last of its training rows is best on these where a try says", async () => {
    const set = "data=linear inputs=8 trainRows=60 batch=8 lr=0.01 runs=2 models=mmoe correlations=0.5 steps=240".split(
      " ",
    );
    const of = (...more: string[]) => planRuns(loadConfig("smoke", [...set, ...more].map(setOverride)));
    const chosen = await Promise.all([cpu, tfjs].map((engine) => resultsOf(engine, of("patience=99"))));
    const left = await resultsOf(cpu, of("refit=false", "evalEvery=6")); // a look at each pass over 48 rows
    for (const { run: one, curve } of left) {
      const losses = curve.validation?.map(([a, b]) => (a + b) / 2) as number[];
      const best = losses.indexOf(Math.min(...losses));
      for (const results of chosen) {
        const own = results.find(({ run }) => run.id === one.id) as RunResult;
        expect(own.run.training).toMatchObject({ steps: curve.steps[best], trainRows: 60 });
        expect(own.measures?.validationLoss).toBeCloseTo(losses[best], 5);
      }
    }
  });

  test("a training whose first evaluation is its last takes the weights of its try, and has the numbers of one that trains again", async () => {
    const file = tableFile(90, { signs: true, shops: true });
    const set = "runs=2 steps=150 evalEvery=150 patience=4 batch=8 lr=0.01 dropout=0.2 diagnostics=[gates,gradients]";
    const models = "models=[shared-bottom,mmoe,ple]"; // of ple, units with a bias are computed beside some without
    const rows = [rowsOverride(file, { embedding: 2 }), taskOverride("y_1=binary")];
    const all = [...set.split(" "), models].map(setOverride);
    const ofTable = (...more: string[]) =>
      withTables(planRuns(loadConfig("smoke", [...rows, ...all, ...more.map(setOverride)])));
    const generated = ["trainRows=60", "refit=false", "correlations=0.5"].map(setOverride);
    const sweeps = [
      ...[[], ["chooseBy=auc1"], ["method=gradnorm", "weightDecay=0.01"]].map((more) => ofTable(...more)),
      planRuns(loadConfig("smoke", [...all, ...generated])),
    ];
    const numbersOf = async (engine: Engine, runs: readonly AnyRun[]) => {
      const results: RunResult[] = [];
      let steps = 0;
      await withEarlyStopping(engine).train(runs, {
        keepParameters: true,
        keepPredictions: true,
        onProgress: () => steps++,
        onResult: (result) => results.push({ ...result, elapsedMs: 0 }),
      });
      results.sort((a, b) => (a.run.id < b.run.id ? -1 : 1));
      return { results, steps };
    };
    const once = new CpuEngine({ jobs: 1 });
    const twice = Object.assign(new CpuEngine({ jobs: 1 }), { path: () => "tfjs" }); // is not asked for its best step
    expect([once, twice].map((engine) => trainingsOf(sweeps[0][0], 30, engine).length)).toEqual([1, 2]);
    for (const runs of sweeps) {
      const [kept, again] = await Promise.all([once, twice].map((engine) => numbersOf(engine, runs)));
      expect(kept.results).toEqual(again.results);
      expect(new Set(kept.results.map(({ run }) => run.training.steps)).size).toBeGreaterThan(2);
      expect([kept.steps, again.steps > 0]).toEqual([0, true]);
    }
    await Promise.all([once, twice].map((engine) => engine.dispose()));
  });

  test("held-out rows have no say in it", async () => {
    expect(await stepsOf(cpu, 100)).toEqual(await stepsOf(cpu));
  });
});

test("withEarlyStopping(engine) trains as many runs in one call as the engine", () => {
  const { inOneCall } = withEarlyStopping({ ...fakeEngine(), inOneCall: () => 16 });
  expect(inOneCall?.(run())).toBe(16);
  expect(withEarlyStopping(fakeEngine()).inOneCall).toBeUndefined();
});

describe("steps: auto", () => {
  const file = tableFile(60);
  const config = (...set: string[]) => loadConfig("smoke", [rowsOverride(file), ...set.map(setOverride)]);

  test("is at most 25,000 steps with a patience of 10, which is assumed, unless another is given", () => {
    expect(config("steps=auto")).toMatchObject({ steps: 25_000, patience: 10, validation: 0.2 });
    expect(config("steps=auto", "patience=30")).toMatchObject({ steps: 25_000, patience: 30 });
    expect(config("steps=500", "patience=3")).toMatchObject({ steps: 500, patience: 3 });
    expect(planRuns(config("steps=auto"))[0]?.stopping).toEqual({ patience: 10, validation: 0.2 });
    expect(planRuns(config("steps=500"))[0]?.stopping).toBeUndefined();
    const mark = (...overrides: Override[]) => loadConfig("smoke", [rowsOverride(file), ...overrides]).origins.patience;
    const [option, given] = [autoStepsOverride("--steps auto"), setOverride("patience=10")];
    expect([mark(setOverride("steps=auto")), mark(option), mark(given), mark(given, option)]).toEqual([
      "assumed",
      "assumed",
      "yours",
      "yours",
    ]);
    expect(complaint(() => loadConfig("smoke", ["trainRows=fresh", "steps=auto"].map(setOverride)))).toBe(
      "--set steps: validation rows are of a fixed training set, and rows are fresh; give --set trainRows=N",
    );
  });

  test("is part of the sweep's identity", () => {
    const hashes = ["patience=3", "patience=4", "validation=0.3"].map((set) => trainedHash(config("steps=auto", set)));
    expect(new Set([...hashes, trainedHash(config("steps=25000"))]).size).toBe(4);
    expect(configAt(config("steps=auto"), {}).steps).toBe(25_000);
  });

  test("trains a sweep whose runs.csv has each run's steps, and verifies", async () => {
    const out = join(temporaryFolder(), "results");
    const argv = ["sweep", "smoke", "--rows", file, "--steps", "auto", "--set", "patience=3", "--batch", "8"];
    const few = ["--runs", "2", "--models", "omoe,mmoe", "--kernels", "wasm", "--out", out];
    const [plan = "", time = "", evaluations = ""] = (await runMain([...argv, ...few, "--dry-run"])).stdout
      .split("\n")
      .slice(-5);
    expect(plan).toContain(`: at most ${(4 * 2 * 25_000).toLocaleString("en")} run-steps`);
    expect(time).toMatch(/^at most .* idle cores? \(early stopping usually ends much sooner\); about/);
    expect(evaluations).toMatch(/^at most [\d,]+ evaluations of a run/);
    expect((await runMain([...argv, ...few])).code).toBe(0);
    const rows = csvFile(out, "runs.csv");
    expect(new Set(rows.map(({ steps }) => steps)).size).toBeGreaterThan(1);
    expect(rows.every(({ validationLoss }) => Number(validationLoss) > 0)).toBe(true);
    await expectVerified(out, 3);
  });
});
