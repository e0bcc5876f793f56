import { describe, expect, test } from "vitest";
import { Gathered } from "../../src/records/cell-evaluations.ts";
import { type CellPoint, cellPoints, curvesCsv, longCurvesCsv } from "../../src/records/curves-csv.ts";
import { type RunRecord, recordOf } from "../../src/records/record.ts";
import { csvRows } from "../support/csv.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const rowsOf = (text: Iterable<string>) => csvRows([...text].join(""));

/** Skewed: mean 15.8, quartiles 2, 4 and 8. */
const SIZES = [8, 1, 64, 2, 4];
const TASK_FACTORS = { mean: 2, "1": 1, "2": 3 };

/** A run's losses are its size times 1 and 3, twice as much at step 20; held-out losses sort the other way. */
function skewed(index: number, steps = [10, 20]): RunRecord {
  const size = SIZES[index];
  const train = Float64Array.from(steps.flatMap((step) => [size, 3 * size].map((loss) => (loss * step) / 10)));
  const heldout = train.map((loss, i) => 1000 * (1 + Math.floor(i / 2)) - loss);
  return { ...recordOf(doneResult(makeRun({ index })), "fake"), curve: { steps, train, heldout } };
}

const five = SIZES.map((_, index) => skewed(index));

describe("curvesCsv(records)", () => {
  test("has a row for each task and step of a cell", () => {
    const rows = rowsOf(curvesCsv(five));
    expect(Object.keys(rows[0] ?? {})).toEqual([
      ..."model correlation task step runs trainMean trainMedian trainQ1 trainQ3 heldoutMean".split(" "),
      ..."heldoutMedian heldoutQ1 heldoutQ3 runningMean runningMedian runningQ1 runningQ3".split(" "),
    ]);
    expect(rows.map(({ model, correlation, task, step, runs }) => [model, correlation, task, step, runs])).toEqual(
      ["mean", "1", "2"].flatMap((task) => [10, 20].map((step) => ["mmoe", "0.5", task, `${step}`, "5"])),
    );
  });

  const POINTS = (["mean", "1", "2"] as const).flatMap((task) => [10, 20].map((step) => [task, step] as const));

  test.each(POINTS)("tells mean, median and quartiles of task %s at step %d apart", (task, step) => {
    const row = rowsOf(curvesCsv(five)).find((one) => one.task === task && one.step === `${step}`);
    const factor = (TASK_FACTORS[task] * step) / 10;
    const [most, number] = [100 * step, (column: string) => Number(row?.[column])];
    expect(number("trainMean")).toBeCloseTo(15.8 * factor, 9);
    expect(["trainMedian", "trainQ1", "trainQ3"].map(number)).toEqual([4, 2, 8].map((size) => size * factor));
    expect(number("heldoutMean")).toBeCloseTo(most - 15.8 * factor, 9);
    expect(["heldoutMedian", "heldoutQ1", "heldoutQ3"].map(number)).toEqual(
      [4, 8, 2].map((size) => most - size * factor),
    );
  });

  test("has the running mean, which counts each step once", () => {
    const rows = rowsOf(curvesCsv(SIZES.map((_, index) => skewed(index, [10, 30])))).filter(({ task }) => task === "1");
    const factor = (10 * 1 + 20 * 3) / 30; // 3 times as much from step 11 to 30
    const of = (row: Record<string, string> | undefined) =>
      ["runningMean", "runningMedian", "runningQ1", "runningQ3"].map((column) => Number(row?.[column]));
    expect(of(rows[0])).toEqual([15.8, 4, 2, 8]);
    expect(of(rows[1])).toEqual([15.8, 4, 2, 8].map((size) => expect.closeTo(size * factor, 9)));
  });

  test("takes at each step the runs that reached it", () => {
    const rows = rowsOf(curvesCsv([skewed(0, [10]), ...five.slice(1, 4), skewed(4, [])]));
    expect(rows.map(({ task, step, runs, trainMedian }) => [task, step, runs, trainMedian]).slice(0, 2)).toEqual([
      ["mean", "10", "4", "10"], // of sizes 8, 1, 64, 2
      ["mean", "20", "3", "8"], // of sizes 1, 64, 2
    ]);
  });

  test("keeps models and correlations apart, in the order of their first record", () => {
    const others = [
      { ...skewed(2), model: "omoe" },
      { ...skewed(1), correlation: 1 },
    ];
    const rows = rowsOf(curvesCsv([...others, ...five])).filter(({ task, step }) => task === "1" && step === "10");
    expect(rows.map(({ model, correlation, runs, trainMean }) => [model, correlation, runs, trainMean])).toEqual([
      ["omoe", "0.5", "1", "64"],
      ["mmoe", "1", "1", "1"],
      ["mmoe", "0.5", "5", "15.8"],
    ]);
  });
});

test("longCurvesCsv(records) has all losses of both tasks of every run at every step", () => {
  const rows = rowsOf(longCurvesCsv(five));
  expect(rows).toHaveLength(10);
  expect(rows[5]).toEqual({
    id: "mmoe/p=0.5/2",
    model: "mmoe",
    correlation: "0.5",
    run: "2",
    step: "20",
    trainLoss1: "128",
    trainLoss2: "384",
    heldoutLoss1: "1872",
    heldoutLoss2: "1616",
    runningLoss1: "96",
    runningLoss2: "288",
  });
});

describe("cellPoints(cell, memory)", () => {
  const steps = [1, 2, 3, 5, 6, 7, 9];
  const like = recordOf(doneResult(makeRun()), "fake");
  const records = [11, 5, 2].map((size, run): RunRecord => {
    const losses = Float64Array.from(steps.flatMap((step) => [size + step, size + 3 * step]));
    const end = run === 1 ? 4 : steps.length; // a run that failed then
    return {
      ...like,
      run,
      curve: { steps: steps.slice(0, end), train: losses.slice(0, 2 * end), heldout: losses.slice(0, 2 * end) },
    };
  });
  const perEvaluation = 2 * 2 * records.length;

  test.each([1, 2, 3, 6, 7])("gives the same points, running means too, in blocks of %d evaluations", (evaluations) => {
    const points = [...cellPoints(records, new Gathered(evaluations * perEvaluation))].filter(
      (point) => point !== undefined,
    );
    expect(points.map(({ task, step, runs }) => [task, step, runs])).toEqual(
      ["mean", 0, 1].flatMap((task) => steps.map((step) => [task, step, step > 5 ? 2 : 3])),
    );
    const at = (task: CellPoint["task"], step: number) =>
      points.find((point) => point.task === task && point.step === step)?.statistics;
    expect(at("mean", 5)?.train).toEqual([6 + 10, 5 + 10, 3.5 + 10, 8 + 10]); // of sizes 2, 5 and 11
    expect(at(1, 7)?.heldout).toEqual([6.5 + 21, 6.5 + 21, 4.25 + 21, 8.75 + 21]); // of sizes 2 and 11
    const running = (1 + 2 + 3 + 2 * 5) / 5; // step 4 is not evaluated: the loss at 5 counts twice
    expect(at(0, 5)?.running.map((value) => value - running)).toEqual(
      [6, 5, 3.5, 8].map((size) => expect.closeTo(size, 12)),
    );
  });
});

test("curvesCsv(records) of runs that are evaluated at other steps has those of the longest, and counts the runs there", () => {
  const runs = [skewed(0, [2, 4, 6, 7]), skewed(2, [4, 8, 11]), skewed(3, [4, 8])];
  const rows = rowsOf(curvesCsv(runs)).filter(({ task }) => task === "1");
  expect(rows.map(({ step, runs: count }) => [step, count])).toEqual([
    ["4", "3"],
    ["8", "2"],
    ["11", "1"],
  ]);
  expect(Number(rows[0]?.trainMean)).toBeCloseTo((0.4 * (8 + 64 + 2)) / 3, 9);
  // a batch of steps 1 and 2 of the first run is .2 * 8, one of steps 3 and 4 .4 * 8
  expect(Number(rows[0]?.runningMean)).toBeCloseTo((0.3 * 8 + 0.4 * 64 + 0.4 * 2) / 3, 9);
  expect(Number(rows[1]?.runningMean)).toBeCloseTo((0.6 * 64 + 0.6 * 2) / 2, 9);
});
