import { describe, expect, test } from "vitest";
import type { AnyRun } from "../../src/engines/engine.ts";
import type { GridPoint } from "../../src/identity/cell.ts";
import { resultsAt } from "../../src/records/at-point.ts";
import type { Results } from "../../src/records/read-results.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { planRuns } from "../../src/sweep/plan.ts";
import { tune, tunedConfig, tuneMetric, validationLoss } from "../../src/sweep/tune.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["runs=24", "models=omoe,mmoe", "correlations=0.5,1", "lr=0.001,0.01,0.1", "seed=1"];

/** omoe is best at 0.001 by far; mmoe at 0.01 at 0.5, at 0.1 at 1, and at 0.01 over both; held-out losses are alike. */
const BEST: Readonly<Record<string, readonly number[]>> = {
  "omoe 0.5": [0.1, 0.3, 0.4],
  "omoe 1": [0.1, 0.3, 0.4],
  "mmoe 0.5": [0.4, 0.1, 0.5],
  "mmoe 1": [0.4, 0.3, 0.2],
};

function lossOf({ model, correlation, index, training: { lr } }: AnyRun): number {
  const place = [0.001, 0.01, 0.1].indexOf(lr);
  const jitter = 0.02 * Math.sin(2.4 * index + 7 * place);
  return BEST[`${model.name} ${correlation}`]?.[place] + jitter;
}

const results = madeResults(lossOf, SET);

describe("tune(results, { loss, by })", () => {
  test("chooses for each model the point of the lowest mean over correlations", () => {
    const picks = tune(results, { loss: "train", by: "model" });
    expect(picks.map(({ model, correlation, chosen }) => `${model} ${correlation} ${chosen.lr}`)).toEqual([
      "omoe undefined 0.001",
      "mmoe undefined 0.01",
    ]);
    expect(picks[1]?.candidates.map(({ point, mean }) => `${point.lr} ${mean.value.toFixed(2)}`)).toEqual([
      "0.001 0.40",
      "0.01 0.20",
      "0.1 0.35",
    ]);
  });

  test("says by how much the next best is behind, run by run, and is sure only if that is above zero, of 20 runs", () => {
    const [omoe, mmoe] = tune(results, { loss: "heldout", by: "model" });
    expect([omoe?.next?.point, mmoe?.next?.point]).toEqual([{ lr: 0.01 }, { lr: 0.1 }]);
    expect(omoe?.next?.behind.value).toBeCloseTo(1.1 * 0.2, 1);
    expect([omoe?.sure, mmoe?.sure]).toEqual([true, true]);
    const sure = (of: typeof lossOf, ...set: string[]) =>
      tune(madeResults(of, [...SET, ...set]), { loss: "train", by: "model" }).map((pick) => pick.sure);
    expect(sure(({ index, training }) => 0.3 + 0.1 * Math.sin(index * training.lr * 1e4))).toEqual([false, false]);
    expect(sure(({ index }) => 0.3 + index / 100)).toEqual([false, false]); // no difference in any run
    expect([sure(lossOf, "runs=19"), sure(lossOf, "runs=20")]).toEqual([
      [false, false],
      [true, true],
    ]);
  });

  test("tells which choices are at an end of their list", () => {
    const picks = tune(results, { loss: "train", by: "model" });
    expect(picks.map(({ atEnd }) => atEnd)).toEqual([["lr"], []]);
    const words = madeResults(() => 0.2, ["runs=2", "models=mmoe", "optimizer=adam,sgd"]);
    expect(tune(words, { loss: "train", by: "model" })[0]?.atEnd).toEqual([]);
  });

  test("counts a twentieth of the values at each end as the end, and the default as no number", () => {
    const of = (key: string, values: readonly (number | string)[], best: number | string, ...more: string[]) => {
      const set = [...more, "runs=1", "models=mmoe", "correlations=1", `${key}=${values.join()}`];
      const made = madeResults(({ point }) => (point?.[key] === best ? 0.1 : 0.3), set);
      return tune(made, { loss: "train", by: "model" })[0]?.atEnd.join();
    };
    const rates = Array.from({ length: 41 }, (_, i) => Number((0.05 - i / 1000).toFixed(3)));
    expect([0, 1, 2, 3, 37, 38, 40].map((place) => of("lr", rates, rates[place] as number))).toEqual(
      ["lr", "lr", "lr", "", "", "lr", "lr"], // floor(40 / 20) lie beyond places 2 and 38
    );
    const constants = ["default", 2, 1, 5];
    expect(constants.map((best) => of("method.alpha", constants, best, "method=gradnorm"))).toEqual([
      "",
      "",
      "method.alpha",
      "method.alpha",
    ]);
  });

  test("chooses by a metric that some runs do not have, from the others", () => {
    const of = ({ run, point }: { run: number; point: GridPoint }) =>
      run === 3 && point.lr === 0.01 ? Number.NaN : run - Number(point.lr); // without run 3 the mean is .37 higher
    const metric = { name: "auc1", meaning: "AUC", isHigherBetter: true, of };
    const [omoe] = tune(results, { loss: "train", by: "model", metric });
    expect([omoe?.chosen, omoe?.next?.runs, omoe?.candidates.map(({ runs }) => runs)]).toEqual([
      { lr: 0.001 },
      23,
      [23, 23, 23],
    ]);
    expect(omoe?.next?.behind.value).toBeCloseTo(0.01 - 0.001, 9);
    expect(() => tune(results, { loss: "train", by: "model", metric: { ...metric, of: () => Number.NaN } })).toThrow(
      "results/made: at every point some runs of omoe failed; give other values",
    );
  });

  test("does not choose a point at which a run failed", () => {
    const failing = madeResults((run) => {
      const fails = run.model.name === "omoe" && run.training.lr === 0.001 && run.correlation === 1 && run.index === 3;
      return fails ? "failed" : lossOf(run);
    }, SET);
    const [omoe] = tune(failing, { loss: "train", by: "model" });
    expect([omoe?.chosen, omoe?.candidates.map(({ failed }) => failed)]).toEqual([{ lr: 0.01 }, [1, 0, 0]]);
    // run 3 is left out of that point alone: the others are compared on all of their runs
    expect(omoe?.candidates.map(({ runs }) => runs)).toEqual([23, 24, 24]);
    expect(omoe?.next?.runs).toBe(24);
    const alone = madeResults(({ training: { lr } }) => (lr > 0.001 ? "failed" : 0.2), SET);
    expect(tune(alone, { loss: "train", by: "model" })[0]).toMatchObject({
      chosen: { lr: 0.001 },
      next: undefined,
      sure: false,
    });
    const all = madeResults(({ index }) => (index === 0 ? "failed" : 0.2), SET);
    expect(() => tune(all, { loss: "train", by: "cell" })).toThrow(
      "results/made: at every point some runs of omoe failed; give other values",
    );
  });

  test("chooses all listed settings together, and the first of equal points", () => {
    const grid = madeResults(
      ({ training }) => (training.batch === 32 && training.lr === 0.1 ? 0.1 : 0.3),
      ["runs=2", "models=mmoe", "correlations=1", "batch=64,32", "lr=0.01,0.1"],
    );
    expect(tune(grid, { loss: "train", by: "model" })[0]).toMatchObject({
      chosen: { batch: 32, lr: 0.1 },
      next: { point: { batch: 64, lr: 0.01 } },
    });
    expect(tune(resultsAt(grid, { batch: 64 }), { loss: "train", by: "model" })[0]?.chosen).toEqual({ lr: 0.01 });
  });
});

describe("tune(results, { each })", () => {
  const set = ["runs=3", "models=omoe,mmoe", "correlations=0.5,1", "lr=0.001,0.01", "method=sum,mgda", "seed=1"];
  const rateOf = (model: string, method: string) => ((model === "mmoe") === (method === "mgda") ? 0.001 : 0.01);
  const grid = madeResults(
    ({ model, training: { lr, method } }) => (rateOf(model.name, method) === lr ? 0.1 : 0.3),
    set,
  );
  const options = { loss: "train", by: "model", each: ["method"] } as const;
  const picks = tune(grid, options);

  test("chooses the other settings for each model at each value", () => {
    expect(picks.map(({ model, at, chosen }) => [model, at, chosen])).toEqual([
      ["omoe", { method: "sum" }, { lr: 0.001 }],
      ["omoe", { method: "mgda" }, { lr: 0.01 }],
      ["mmoe", { method: "sum" }, { lr: 0.01 }],
      ["mmoe", { method: "mgda" }, { lr: 0.001 }],
    ]);
    expect(picks[0]?.candidates.map(({ point }) => point)).toEqual([{ lr: 0.001 }, { lr: 0.01 }]);
    expect(picks[0]?.atEnd).toEqual(["lr"]);
    expect(tunedConfig(grid, picks, options).tuned?.choices).toEqual([
      { model: "omoe", at: { method: "sum" }, values: { lr: 0.001 } },
      { model: "omoe", at: { method: "mgda" }, values: { lr: 0.01 } },
      { model: "mmoe", at: { method: "sum" }, values: { lr: 0.01 } },
      { model: "mmoe", at: { method: "mgda" }, values: { lr: 0.001 } },
    ]);
  });
});

describe("tune(results) of a search", () => {
  const wide = "{name: wide, like: mmoe, experts: {shared: 16}}";
  const points = [
    "{model: mmoe, values: {lr: 0.01}, runs: 8}",
    "{model: mmoe, values: {lr: 0.1}, runs: 24}",
    "{model: mmoe, values: {lr: 0.001}, runs: 24}",
    "{model: wide, values: {lr: 0.01}, runs: 24, of: mmoe, fields: {experts.shared: 16}}",
  ];
  const search = madeResults(
    ({ model, index, training: { lr } }) => {
      if (lr === 0.1 && index === 3) return "failed";
      const loss = { 0.01: 0.05, 0.1: 0.01, 0.001: 0.3 }[lr] as number;
      return (model.name === "wide" ? 0.2 : loss) + index / 1000;
    },
    [
      ...["runs=24", "models=mmoe,wide", "correlations=1", "lr=0.001,0.01,0.1", "seed=1"],
      ...[`ownModels=[${wide}]`, `points=[${points.join()}]`],
    ],
  );
  const options = { loss: "train", by: "model" } as const;
  const picks = tune(search, options);

  test("ranks the points of one model with its variants: of all runs, then of fewer, then those that failed", () => {
    expect(picks).toHaveLength(1);
    expect(picks[0]?.candidates.map(({ point, variant, runs, failed }) => [point, variant, runs, failed])).toEqual([
      [{ lr: 0.01, "experts.shared": 16 }, "wide", 24, 0],
      [{ lr: 0.001 }, undefined, 24, 0],
      [{ lr: 0.01 }, undefined, 8, 0],
      [{ lr: 0.1 }, undefined, 23, 1],
    ]);
    expect(picks[0]).toMatchObject({ model: "mmoe", sure: true, next: { point: { lr: 0.001 }, runs: 24 } });
    expect(picks[0]?.next?.behind.value).toBeCloseTo(0.1, 9);
    for (const wrong of [{ by: "cell" }, { each: ["lr"] }] as const)
      expect(() => tune(search, { ...options, ...wrong })).toThrow(
        "results/made: a search was by model; leave out --by cell and --each",
      );
  });

  test("trains the variant that was chosen, at its point", () => {
    const config = tunedConfig(search, picks, options);
    expect([config.models, config.points]).toEqual([["wide"], null]);
    expect(config.tuned?.choices).toEqual([{ model: "wide", values: { lr: 0.01 } }]);
    expect(planRuns(config).map(({ model, training }) => `${model.name} ${training.lr}`)).toEqual(
      Array(24).fill("wide 0.01"),
    );
  });
});

describe("tuneMetric(name, results)", () => {
  const measured = (of: (record: RunRecord) => RunRecord["measures"]): Results => ({
    ...results,
    records: results.records.map((record) => ({ ...record, measures: of(record) }) as RunRecord),
  });

  const ofRuns = ({ records }: Results, of: (record: RunRecord) => number) =>
    [0, 1, 2].map((index) => of(records.find(({ run }) => run === index) as RunRecord));

  test("is a metric on held-out rows, of a task or the mean of tasks, which some runs may not have", () => {
    const some = measured(({ run }) => (run === 0 ? undefined : { rSquared: [run, run + 2], heldoutGap: 1 }));
    const ofMean = tuneMetric("rSquaredMean", some);
    expect(ofMean).toMatchObject({
      isHigherBetter: true,
      meaning: expect.stringMatching(/held-out .*: mean over tasks$/),
    });
    expect(ofRuns(some, ofMean.of)).toEqual([Number.NaN, 2, 3]);
    expect(ofRuns(some, tuneMetric("rSquared2", some).of)).toEqual([Number.NaN, 3, 4]);
    expect(() => tuneMetric("auk", some)).toThrow(
      "--metric: expected a metric that results/made has (rSquared1, rSquared2, rSquaredMean), got 'auk'",
    );
    expect(() => tuneMetric("auk", results)).toThrow(
      "--metric: expected a metric that results/made has (none), got 'auk'",
    );
  });

  test("may be the user's own, of which lower values are better", () => {
    const own = measured(({ run }) => ({ gain_: [run, run] }));
    const config = { ...own.config, metrics: [{ name: "gain", file: "gain.mjs", better: "lower" }] } as never;
    expect(tuneMetric("gain_1", { ...own, config })).toMatchObject({ isHigherBetter: false });
  });

  test("on rows of the user's own is of runs that all have losses on validation rows, but for those that failed", () => {
    const validated = ({ run }: RunRecord) => ({ validationLoss: run / 10, validationTaskLoss: [0, run / 5] });
    const all = measured(validated);
    const { of, ...metric } = validationLoss(all);
    expect(metric).toEqual({
      name: "validationLoss",
      meaning: "mean over tasks of the loss on validation rows after the last step",
      isHigherBetter: false,
    });
    expect(ofRuns(all, of)).toEqual([0, 0.1, 0.2]);
    const but = (status: RunRecord["status"]) => ({
      ...all,
      records: all.records.map((record, i) => (i === 5 ? { ...record, status, measures: {} } : record)),
    });
    expect(validationLoss(but("failed")).name).toBe("validationLoss");
    expect(() => validationLoss(but("done"))).toThrow(/^results\/made: some runs have no losses on validation rows/);
  });
});

describe("tunedConfig(results, picks, options)", () => {
  const options = { loss: "train", by: "cell" } as const;
  const config = tunedConfig(results, tune(results, options), { ...options, runs: 200, seed: 0 });

  test("trains what was chosen for each cell, with other random numbers, and keeps from what and how it was chosen", () => {
    const runs = planRuns(config);
    expect(runs).toHaveLength(200 * 4);
    expect(new Set(runs.map(({ seed }) => seed))).toEqual(new Set([0]));
    const rates = runs.map(({ model, correlation, training }) => [`${model.name} ${correlation}`, training.lr]);
    expect(Object.fromEntries(rates)).toEqual({ "omoe 0.5": 0.001, "mmoe 0.5": 0.01, "omoe 1": 0.001, "mmoe 1": 0.1 });
    const first = { model: "omoe", correlation: 0.5, values: { lr: 0.001 }, failed: 0 };
    expect(config.tuned).toMatchObject({ sweep: "made", loss: "train", by: "cell", seed: 1, runs: 24 });
    expect([config.tuned?.points.length, config.tuned?.points[0]]).toEqual([4 * 3, expect.objectContaining(first)]);
    expect(config.about).toBe(
      "Sweep fixed-rows with the lr that mmoe tune chose for each cell (a model at a correlation) from made, by training loss",
    );
    expect(config.origins).toMatchObject({ optimizer: "paper", lr: "yours", tuned: "yours", seed: "yours" });
  });

  test("has the next seed and as many runs by default", () => {
    const byDefault = tunedConfig(results, tune(results, options), options);
    expect([byDefault.seed, byDefault.runs]).toEqual([2, 24]);
    const long = { ...results, config: { ...results.config, name: "x".repeat(60) } }; // the longest that a config may have
    expect(tunedConfig(long, tune(results, options), options).name).toBe(`${"x".repeat(54)}-tuned`);
  });
});
