import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/records/record.ts";
import { cellGains, seesawCsv, seesawOf, sharesNothing } from "../../src/summary/seesaw.ts";
import { fileOf } from "../support/configs.ts";
import { csvRows } from "../support/csv.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["models=[mmoe, single-task, omoe]", "correlations=[0.5, 1]", "runs=6"];

/** Losses of tasks 1 and 2: single-task ends at .2 and .4, omoe as it does, mmoe's tasks gain or lose by run. */
const TASKS: Readonly<Record<string, (run: number) => number[]>> = {
  "single-task": () => [0.2, 0.4],
  omoe: () => [0.2, 0.4],
  mmoe: (run) => [[0.1, 0.3, 0.1, 0.1, 0.1, 0.1][run], [0.3, 0.5, 0.5, 0.6, 0.3, 0.4][run]],
};
const made = madeResults(({ model, index, correlation }) => {
  if (model.name === "single-task" && index === 3 && correlation === 1) return "missing";
  return model.name === "omoe" && index === 1 ? "failed" : 0.1;
}, SET);
const records = made.records.map((record): RunRecord => {
  const tasks = TASKS[record.model](record.run);
  return record.status === "done" ? { ...record, trainingSetLoss: tasks } : record;
});
const results = { ...made, records };
const { cells } = seesawOf(results, "train", "single-task");

describe("cellGains(results, loss, against)", () => {
  test("gives the share of the other model's loss that each task gains, run by run", () => {
    const [mmoe] = cellGains(results, "train", "single-task");
    expect(mmoe).toMatchObject({ model: "mmoe", correlation: 0.5, runs: [0, 1, 2, 3, 4, 5] });
    const expected = [
      [0.5, -0.5, 0.5, 0.5, 0.5, 0.5],
      [0.25, -0.25, -0.25, -0.5, 0.25, 0],
    ];
    for (const [k, gains] of (mmoe?.tasks ?? []).entries())
      for (const [i, gain] of gains.entries()) expect(gain).toBeCloseTo(expected[k]?.[i], 12);
  });

  test("leaves the model itself out, and runs that are not done in both", () => {
    const gains = cellGains(results, "train", "single-task");
    expect(gains.map(({ model, correlation }) => `${model} ${correlation}`)).toEqual([
      "mmoe 0.5",
      "omoe 0.5",
      "mmoe 1",
      "omoe 1",
    ]);
    expect(gains.filter(({ model }) => model === "omoe").map(({ runs }) => runs)).toEqual([
      [0, 2, 3, 4, 5],
      [0, 2, 4, 5],
    ]);
    const only = { ...results, records: records.filter(({ model }) => model === "mmoe").toReversed() };
    expect(cellGains(only, "train", "single-task")).toEqual([]);
    const turned = { ...results, records: records.toReversed() };
    expect(cellGains(turned, "train", "single-task")).toEqual(gains);
  });
});

describe("seesawOf(results, loss, against)", () => {
  const mmoe = cells.find(({ model }) => model === "mmoe");

  test("counts runs in which tasks go apart, all gain or all lose; delta-m is the mean of all gains", () => {
    expect(mmoe?.pairs).toBe(6);
    expect([mmoe?.seesaw.value, mmoe?.allGain.value, mmoe?.allLose.value]).toEqual([2 / 6, 2 / 6, 1 / 6]);
    const same = cells.find(({ model }) => model === "omoe");
    expect([same?.seesaw.value, same?.allGain.value, same?.allLose.value, same?.deltaM.value]).toEqual([0, 0, 0, 0]);
    expect(mmoe?.gains.map(({ value }) => value)[0]).toBeCloseTo(2 / 6, 12);
    expect(mmoe?.gains.map(({ value }) => value)[1]).toBeCloseTo(-0.5 / 6, 12);
    expect(mmoe?.deltaM.value).toBeCloseTo((2 - 0.5) / 12, 12);
    expect(mmoe?.medianDeltaM.value).toBeCloseTo((0.125 + 0.25) / 2, 12);
    expect(mmoe?.deltaM.low).toBeLessThan((2 - 0.5) / 12);
  });

  test("has the numbers of each cell as CSV", () => {
    const rows = csvRows(seesawCsv({ loss: "train", against: "single-task", tasks: ["task 1", "task 2"], cells }));
    expect(rows).toHaveLength(4 * 7);
    const deltaM = rows.find((row) => row.model === "mmoe" && row.statistic === "deltaM");
    expect(deltaM).toMatchObject({ loss: "train", against: "single-task", correlation: "0.5", pairs: "6" });
    expect(Number(deltaM?.value)).toBeCloseTo(0.125, 12);
  });
});

test("sharesNothing(results) is the first such model that the sweep has", () => {
  const of = (models: string) => sharesNothing(madeResults(() => "missing", [`models=[${models}]`]));
  expect(of("mmoe, single-task-wide, single-task")).toBe("single-task");
  expect(of("mmoe, single-task-wide")).toBe("single-task-wide");
  expect(of("mmoe, {name: narrow, like: single-task, tower: {layers: [3]}}")).toBe("narrow");
  expect(of("mmoe, omoe, cross-stitch, l2-constrained")).toBeUndefined();
  expect(of("mmoe, {name: linear, like: single-task, experts: {layers: []}}")).toBeUndefined();
});

test("delta-m of metrics is the mean of (-1)^l (M - B) / B, l = 1 of an error, over the runs that have all metrics", () => {
  const classes = madeResults(
    () => 0.1,
    ["models=[mmoe, single-task]", "correlations=0.5", "runs=7", "labelKind=real:binary"],
  );
  const [ours, theirs] = [
    { rmse: [1.5, 2], auc: [0.8, 0.6] },
    { rmse: [2, 1], auc: [0.75, 0.8] },
  ];
  const measured = classes.records.map((record) => {
    const { rmse, auc } = record.model === "mmoe" ? ours : theirs;
    const isLate = record.run % 2;
    const noAuc = record.run === 5; // its test rows have one class
    if (record.run === 6) return { ...record, measures: { rmse } }; // an older version trained it
    return {
      ...record,
      measures: { rmse: [rmse[isLate], Number.NaN], auc: [Number.NaN, noAuc ? Number.NaN : auc[isLate]] },
    };
  });
  const [cell] = seesawOf({ ...classes, records: measured as RunRecord[] }, "train", "single-task").cells;
  const early = (-(1.5 - 2) / 2 + (0.8 - 0.75) / 0.75) / 2;
  const late = (-(2 - 1) / 1 + (0.6 - 0.8) / 0.8) / 2;
  expect(cell?.metricDeltaM?.value).toBeCloseTo((3 * early + 2 * late) / 5, 12);
  expect(cell?.metricDeltaM?.runs).toBe(5);
  expect(cell?.metricDeltaM?.low).toBeLessThan((3 * early + 2 * late) / 5);
  expect(cells[0]?.metricDeltaM).toBeUndefined();

  const file = fileOf("x,y_age,y_region,y_tier\n1,31,north,a\n2,40,south,b\n0,22,east,c\n3,57,north,a\n", "people.csv");
  const several = madeResults(() => 0.1, [`rows=${file}`, "models=[mmoe, single-task]", "runs=6"]);
  const records = several.records.map((record) => {
    const [rmse, region, tier] = record.model === "mmoe" ? [9, 0.8, 0.5] : [10, 0.5, 0.4];
    return { ...record, measures: { rmse: [rmse, Number.NaN, Number.NaN], accuracy: [Number.NaN, region, tier] } };
  }) as unknown as RunRecord[];
  const [one] = seesawOf({ ...several, records }, "train", "single-task").cells;
  expect(one?.metricDeltaM?.value).toBeCloseTo((1 / 10 + 3 / 5 + 1 / 4) / 3, 12);

  const numbers = madeResults(() => 0.1, ["models=[mmoe, single-task]", "runs=6", "taskWeights=1:3"]);
  expect(seesawOf(numbers, "train", "single-task").cells[0]?.metricDeltaM).toBeUndefined();
});
