import { describe, expect, test } from "vitest";
import type { CellLosses } from "../../src/records/cell-losses.ts";
import type { RunRecord } from "../../src/records/record.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { pOf } from "../../src/stats/pairs.ts";
import { BAD_LOSS } from "../../src/summary/bad-loss.ts";
import { betweenModels, type CellComparison } from "../../src/summary/comparisons.ts";
import { memorisedText, summarizeCells, summaryCsv, summaryOf } from "../../src/summary/summary.ts";
import { fileOf } from "../support/configs.ts";
import { csvRows } from "../support/csv.ts";
import { chance, type LossOf, likeThePaper, madeResults } from "../support/made-results.ts";

const gaps: LossOf = (run) => {
  if (run.model.name === "omoe" && run.index === 2) return run.correlation === 1 ? "failed" : "missing";
  return likeThePaper(run);
};
const results = madeResults(gaps, ["runs=12"]);
const summary = summaryOf(results, "train");
const pairNames = (pairs: typeof summary.models) =>
  pairs.map(({ first, second }) => `${first.model} ${first.correlation} ${second.model} ${second.correlation}`);

describe("summaryOf(results, loss)", () => {
  test("counts every run of a cell: done, failed or missing", () => {
    const counts = summary.cells.map(({ model, correlation, loss, failed, missing }) =>
      [model, correlation, loss.n, failed.length, missing].join(" "),
    );
    expect(counts.filter((text) => text.startsWith("omoe"))).toEqual([
      "omoe 0.5 11 0 1",
      "omoe 0.9 11 0 1",
      "omoe 1 11 1 0",
    ]);
    const failing = summary.cells.find(({ failed }) => failed.length > 0);
    expect(failing?.failed).toEqual([{ id: "omoe/p=1.00/002", reason: "loss is NaN at step 7" }]);
    expect(failing?.failedShare.value).toBe(1 / 12);
  });

  test("takes a loss above 1/6 as a bad minimum, or above what it is told, and not just that much", () => {
    const byRun = new Map([0.1, BAD_LOSS, BAD_LOSS + 1e-9, 0.3].map((loss, run) => [run, loss]));
    const cell = { model: "mmoe", correlation: 1, point: {}, byRun, failed: [], missing: 0, overlap: 0 };
    expect(summarizeCells([cell], BAD_LOSS)[0]?.badShare.value).toBe(0.5);
    expect([0.2, 0.3].map((bad) => summarizeCells([cell], bad)[0]?.badShare.value)).toEqual([0.25, 0]);
    const lossOf: LossOf = ({ index }) => [0.1, 1 / 6, 0.17, 0.3][index];
    const made = madeResults(lossOf, ["runs=4", "models=[mmoe]", "correlations=[1]"]);
    expect(summaryOf(made, "train").cells[0]?.badShare.value).toBe(0.5);
  });

  test("compares every two models at a correlation on the runs that both have done", () => {
    expect(pairNames(summary.models)).toHaveLength(9);
    expect(pairNames(summary.models).slice(0, 3)).toEqual([
      "shared-bottom 0.5 omoe 0.5",
      "shared-bottom 0.5 mmoe 0.5",
      "omoe 0.5 mmoe 0.5",
    ]);
    expect(summary.models.map(({ pairs }) => pairs)).toEqual([11, 12, 11, 11, 12, 11, 11, 12, 11]);
    expect(summary.models[1]?.mean.value).toBeGreaterThan(0); // shared-bottom's loss minus mmoe's
  });

  test("compares every two correlations of a model, the lower one first whatever the config's order", () => {
    const falling = madeResults(likeThePaper, ["runs=3", "models=[omoe, mmoe]", "correlations=[1, 0.9, 0.5]"]);
    expect(pairNames(summaryOf(falling, "train").correlations)).toEqual([
      "omoe 0.5 omoe 0.9",
      "omoe 0.5 omoe 1",
      "omoe 0.9 omoe 1",
      "mmoe 0.5 mmoe 0.9",
      "mmoe 0.5 mmoe 1",
      "mmoe 0.9 mmoe 1",
    ]);
  });

  test("compares every grid point of a model at a correlation with the first one, minus it", () => {
    const lossOf: LossOf = (run) => run.training.lr + 0.01 * run.index;
    const made = madeResults(lossOf, ["runs=3", "models=[omoe, mmoe]", "correlations=[0.9]", "lr=[0.02, 0.03, 0.01]"]);
    const { points } = summaryOf(made, "train");
    const named = points.map(({ first, second, mean }) => [first.model, first.point.lr, second.point.lr, mean.value]);
    expect(named).toEqual([
      ["omoe", 0.03, 0.02, expect.closeTo(0.01, 9)],
      ["omoe", 0.01, 0.02, expect.closeTo(-0.01, 9)],
      ["mmoe", 0.03, 0.02, expect.closeTo(0.01, 9)],
      ["mmoe", 0.01, 0.02, expect.closeTo(-0.01, 9)],
    ]);
    const csv = csvRows(summaryCsv(summaryOf(made, "train")));
    const row = csv.find(({ about, statistic }) => about === "points" && statistic === "meanDifference");
    expect(row).toMatchObject({ model: "omoe", lr: "0.03", otherModel: "omoe", otherPoint: "lr=0.02" });
  });

  test("adjusts p-values over each family: models, correlations, spreads, of which Shared-Bottom's is the widest", () => {
    for (const family of [summary.models, summary.correlations]) {
      const least = family.reduce((a, b) => (pOf(b) < pOf(a) ? b : a));
      expect(least.adjusted).toBeCloseTo(Math.min(1, 9 * pOf(least)), 12);
    }
    const spread = summary.spreads.reduce((a, b) => (b.brownForsythe.p < a.brownForsythe.p ? b : a));
    expect(spread.adjusted).toBeCloseTo(Math.min(1, 9 * spread.brownForsythe.p), 12);
    const wide = madeResults((run) => Math.abs((run.model.name === "omoe" ? 1 : 4) * chance(run)), ["runs=40"]);
    const [first] = summaryOf(wide, "train").spreads;
    expect([first?.sd.low > 1.5, first?.adjusted < 0.01]).toEqual([true, true]);
  });

  test("describes cells of one run, of none and of failures without a number too many", () => {
    const lossOf: LossOf = ({ model, index }) => (model.name === "mmoe" ? "failed" : index === 0 ? 0.2 : "missing");
    const { cells, models, spreads } = summaryOf(madeResults(lossOf, ["runs=2", "correlations=[1]"]), "train");
    expect(cells.map(({ loss }) => `${loss.n} ${loss.mean.value} ${loss.mean.low}`)).toEqual([
      "1 0.2 NaN",
      "1 0.2 NaN",
      "0 NaN NaN",
    ]);
    expect(models.map(({ pairs, adjusted }) => `${pairs} ${adjusted}`)).toEqual(["1 NaN", "0 NaN", "0 NaN"]);
    expect(spreads[0]?.iqr.value).toBeNaN();
  });
});

describe("betweenModels(cells)", () => {
  const cell = (model: string, losses: readonly number[], overlap = 0): CellLosses => {
    return {
      ...{ model, correlation: 1, point: {}, failed: [], missing: 0, overlap },
      byRun: new Map(losses.entries()),
    };
  };
  const comparison = (differences: readonly number[], overlap?: number) => {
    const zeros = cell("omoe", Array(differences.length).fill(0), overlap);
    return betweenModels([cell("mmoe", differences, overlap), zeros])[0] as CellComparison;
  };

  test("adjusts p-values of five pairs of runs that share rows, and of fewer none", () => {
    const [four, five] = [4, 5].map((pairs) => comparison([3, 2, 4, 3.5, 2.5].slice(0, pairs), 0.25));
    expect([four?.adjusted, five?.adjusted]).toEqual([Number.NaN, pOf(five as CellComparison)]);
  });

  test("needs more pairs than there are where these tell nothing, at least five of them", () => {
    // 2^(1 - 5) is not below 0.05, and neither is 2 (1 + 1) / 2^6, whatever a t test says of so large differences
    expect([5, 4].map((pairs) => comparison(Array.from({ length: pairs }, (_, i) => 10 + i)).needed)).toEqual([
      6,
      Number.NaN,
    ]);
    expect(comparison([10, 11, 12, 13, 14, -0.1]).needed).toBe(7);
  });
});

test("memorisedText(results) says so of a table where held-out losses are five times those on training rows, over the runs", () => {
  const file = fileOf("x,y_a,y_b\n1,5,2\n2,3,1\n0,7,9\n3,1,4\n4,2,7\n", "few.csv");
  const textOf = (heldout: readonly number[], train = 1, set = [`rows=${file}`]) => {
    const lossOf: LossOf = ({ index }) => (index < heldout.length ? 1 : "failed");
    const { config, records } = madeResults(lossOf, ["models=mmoe", "runs=4", ...set]);
    const ending = records.map((record): RunRecord => {
      if (record.status === "failed") return record;
      const curve = { ...record.curve, heldout: record.curve.heldout.map(() => heldout[record.run]) };
      return { ...record, curve, trainingSetLoss: (record.trainingSetLoss ?? []).map(() => train) };
    });
    return memorisedText({ config, records: ending });
  };
  const says = (ratio: string) =>
    `loss on held-out rows is ${ratio} times that on training rows: the models have memorised these`;
  expect(
    [[4, 7, 4], [4, 6, 4.9], [49.5], [50]].map((heldout) => textOf(heldout, heldout.length > 1 ? 1 : 0.5)),
  ).toEqual([says("5"), "", says("99"), says("over 100")]);
  expect(textOf([9], 1, ["correlations=1"])).toBe("");
});

test("summaryCsv(summary) has a row for every statistic, and the numbers come back", () => {
  const rows = csvRows(summaryCsv(summary));
  const columns = "loss about model correlation otherModel otherCorrelation otherPoint statistic n".split(" ");
  expect(Object.keys(rows[0] ?? {})).toEqual([...columns, "value", "low", "high"]);
  const ofRung = (task: number) => [0, 1, 2, 3, 4, 5].map((rung) => `task${task}Rung${rung}Share`);
  const pair = "meanDifference medianDifference improvement wilcoxonP wilcoxonHolmP pairsNeeded".split(" ");
  const families = {
    cell: "failed failedShare missing mean sd se q1 median q3 iqm min max badShare".split(" "),
    rung: [...ofRung(1), "task1AboveShare", ...ofRung(2), "task2AboveShare"],
    models: pair,
    correlations: pair,
    spread: "iqrRatio sdRatio brownForsytheF brownForsytheP brownForsytheHolmP".split(" "),
  };
  const found = groupBy(rows, ({ about }) => about);
  expect([...found].map(([about, own]) => [about, own.map(({ statistic }) => statistic)])).toEqual(
    Object.entries(families).map(([about, names]) => [about, Array(9).fill(names).flat()]),
  );
  const ended = rows.filter(({ model, statistic }) => model === "omoe" && /^(failed|missing)$/.test(statistic));
  expect(ended.map(({ n, value }) => `${value} of ${n}`)).toEqual(
    ["0 of 11", "1 of 11", "0 of 11", "1 of 11", "1 of 12", "0 of 12"], // run 2 of omoe is missing, missing, failed
  );
  const none = { otherModel: "", otherCorrelation: "", otherPoint: "" };
  for (const row of rows) if (row.about === "cell" || row.about === "rung") expect(row).toMatchObject(none);
  const find = (about: string, statistic: string) =>
    rows.find((row) => row.about === about && row.statistic === statistic && row.model === "shared-bottom");
  const mean = summary.cells[0]?.loss.mean;
  expect(find("cell", "mean")).toMatchObject({
    n: "12",
    value: `${mean?.value}`,
    low: `${mean?.low}`,
    high: `${mean?.high}`,
  });
  expect(find("cell", "min")).toMatchObject({ low: "", high: "" });
  expect(find("models", "wilcoxonHolmP")).toMatchObject({ otherModel: "omoe", otherCorrelation: "0.5", n: "11" });
});
