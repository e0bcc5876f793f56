import { expect, test } from "vitest";
import type { RunRecord } from "../../src/records/record.ts";
import { summaryCsv, summaryOf } from "../../src/summary/summary.ts";
import { hasManyKinds, ownMetricsIn, taskSummaries } from "../../src/summary/task-summary.ts";
import { fileOf } from "../support/configs.ts";
import { csvRows } from "../support/csv.ts";
import { madeResults } from "../support/made-results.ts";

const file = fileOf("x,y_income,y_bought\n1,5,no\n2,3,yes\n0,7,no\n3,1,yes\n4,2,no\n", "people.csv");
const made = madeResults(
  ({ model, index, training }) =>
    model.name === "omoe" && (training.lr === 0.1 || index === 2) ? "failed" : 0.1 + 0.01 * index,
  [`rows=${file}`, "models=omoe,mmoe", "runs=6", "lr=[0.01, 0.1]"],
);
/** Run 5 has no test rows of both classes; metrics of the user's are of one task, of both or of none, and a loss is no metric. */
const records = made.records.map((record): RunRecord => {
  const auc = [Number.NaN, record.run === 5 ? Number.NaN : 0.7 + 0.02 * record.run];
  const own = { miss_: [record.run, Number.NaN], cost_: [Number.NaN, 3], validationCost_: [1, 1], none_: [Number.NaN] };
  return record.status === "done"
    ? { ...record, measures: { rmse: [2, Number.NaN], auc, validationLoss: 7, ...own } }
    : record;
});
const results = { ...made, records };

test("taskSummaries(results, loss) has means of each task's loss and metrics, over the runs of a cell that have them", () => {
  const tasks = taskSummaries(results, "heldout");
  const found = tasks.map(({ name, kind, cells }) => [
    `${name} ${kind}`,
    ...cells.map(({ model, point, runs, loss, metrics }) => {
      const all = Object.entries({ loss, ...metrics }).map(([metric, one]) => [metric, [one.runs, one.value]]);
      return [model, point.lr, runs, Object.fromEntries(all)];
    }),
  ]);
  // held-out losses are 1.1 times 0.9 and 1.1 of the run's, 0.1 to 0.15; the mean of 0, 1, 3, 4 and 5 is 2.6
  const close = (runs: number, value: number) => [runs, expect.closeTo(value, 12)];
  const cellsOf = (one: (runs: number, index: number, auc: number) => object) => [
    ["omoe", 0.01, 5, one(5, 2.6, 0.74)],
    ["mmoe", 0.01, 6, one(6, 2.5, 0.74)],
    ["mmoe", 0.1, 6, one(6, 2.5, 0.74)],
  ];
  const income = (runs: number, index: number) => ({
    ...{ loss: close(runs, 0.99 * (0.1 + 0.01 * index)), rmse: close(runs, 2), miss_: close(runs, index) },
    ...{ validationCost_: close(runs, 1) },
  });
  const bought = (runs: number, index: number, auc: number) => ({
    ...{ loss: close(runs, 1.21 * (0.1 + 0.01 * index)), auc: close(runs - 1, auc), cost_: close(runs, 3) },
    ...{ validationCost_: close(runs, 1) },
  });
  expect(found).toEqual([
    ["y_income regression", ...cellsOf(income)],
    ["y_bought binary", ...cellsOf(bought)],
  ]);
  const loss = tasks[0]?.cells[1]?.loss;
  expect([loss?.low < loss?.value, loss?.value < loss?.high]).toEqual([true, true]);
  expect(taskSummaries(results, "train")[0]?.cells[1]?.loss.value).toBeCloseTo(0.9 * 0.125, 12);

  expect(ownMetricsIn(tasks)).toEqual(["cost_", "miss_"]);
  const rows = csvRows(summaryCsv(summaryOf(results, "heldout"), tasks)).filter(({ about }) => about === "task");
  expect(rows.map(({ statistic }) => statistic).slice(0, 4)).toEqual(
    ["loss", "rmse", "miss_", "validationCost_"].map((what) => `${what} of y_income`),
  );
  expect(rows.find(({ statistic }) => statistic === "auc of y_bought")).toMatchObject({ model: "omoe", n: "4" });
});

test("hasManyKinds(results) tells tasks of several kinds from those of one", () => {
  expect(
    [results, madeResults(() => "missing"), madeResults(() => "missing", ["labelKind=binary"])].map(hasManyKinds),
  ).toEqual([true, false, false]);
});
