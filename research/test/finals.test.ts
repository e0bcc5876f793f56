import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/records/record.ts";
import { madeResults } from "../../test/support/made-results.ts";
import { clustersOf } from "../src/clusters.ts";
import { curvePoints } from "../src/curves.ts";
import { LITERAL_END } from "../src/distance.ts";
import { READINGS, type RunFinal, runFinals, runningAt } from "../src/finals.ts";
import { longestCurves, longestRuns } from "../src/longest.ts";
import { publishedFinals } from "../src/published-finals.ts";
import { endsOf, spreadOf } from "../src/spread.ts";

const ONE_CELL = ["models=[shared-bottom]", "correlations=[0.9]", "runs=3", "trainRows=fresh", "batch=6"];

/** A sweep of three runs, of which the second failed, with evaluations at 10, 50, 60 and 100 steps. */
function threeRuns() {
  const results = madeResults((run) => (run.index === 1 ? "failed" : 0.5), ONE_CELL);
  const withCurve = (record: RunRecord): RunRecord => {
    const train = Float64Array.from([1, 2, 0.5, 1, 0.2, 0.9, 0.1, 0.8]); // [4, K = 2], means since the evaluation before
    return { ...record, curve: { steps: [10, 50, 60, 100], train, heldout: train } };
  };
  return { ...results, records: results.records.map(withCurve) };
}

describe("runFinals(results)", () => {
  const finals = runFinals(threeRuns());

  test("has each run that did not fail, with its setting", () => {
    expect(finals.map(({ run }) => run)).toEqual([0, 2]);
    const { constants, rows, batch, model, correlation, steps } = finals[0];
    expect([constants, rows, batch, model, correlation, steps]).toEqual([
      "paper",
      "fresh",
      6,
      "shared-bottom",
      0.9,
      100,
    ]);
  });

  test("has each task's mean over all steps, and over those since half of them", () => {
    const { running, late } = finals[0];
    expect(running[0]).toBeCloseTo((10 * 1 + 40 * 0.5 + 10 * 0.2 + 40 * 0.1) / 100, 12);
    expect(running[1]).toBeCloseTo((10 * 2 + 40 * 1 + 10 * 0.9 + 40 * 0.8) / 100, 12);
    expect(late[0]).toBeCloseTo((10 * 0.2 + 40 * 0.1) / 50, 12);
    expect(late[1]).toBeCloseTo((10 * 0.9 + 40 * 0.8) / 50, 12);
  });
});

test("curvePoints(results) has a curve of each cell that two runs or more ended of", () => {
  const { records, ...rest } = threeRuns();
  expect(curvePoints({ ...rest, records }).map(({ step, runs }) => [step, runs])).toEqual(
    [50, 60, 100].map((step) => [step, 2]),
  );
  expect(curvePoints({ ...rest, records: records.slice(0, 2) })).toEqual([]);
});

test("longestRuns(finals) keeps of each run the end after most steps, and the later of two as long", () => {
  const short = madeFinal([0.1, 0.2], { run: 1, steps: 30 });
  const long = madeFinal([0.3, 0.4], { run: 1, steps: 70 });
  const other = madeFinal([0.5, 0.6], { run: 2, steps: 30 });
  expect(longestRuns([long, short, other])).toEqual([long, other]);
  const again = { ...long, running: [0.7, 0.8] };
  expect(longestRuns([short, long, again])).toEqual([again]);
});

test("longestCurves(sets) keeps of each cell one set's curve, the longest", () => {
  const points = curvePoints(threeRuns());
  const shorter = points.slice(0, 2).map((point) => ({ ...point, runs: 9 }));
  const other = points.map((point) => ({ ...point, correlation: 0.5 }));
  expect(longestCurves([points, [...shorter, ...other]])).toEqual([...points, ...other]);
  expect(longestCurves([points, points.map((point) => ({ ...point, runs: 9 }))]).map(({ runs }) => runs)).toEqual([
    9, 9, 9,
  ]);
});

describe("runningAt(final, end)", () => {
  const final = madeFinal([0.4, 0.3], { steps: 200, late: [0.1, 0.25] });

  test("continues a shorter run with its late losses", () => {
    const [first, second] = runningAt(final, 1000) as [number, number];
    expect(first).toBeCloseTo(0.2 * 0.4 + 0.8 * 0.1, 12);
    expect(second).toBeCloseTo(0.2 * 0.3 + 0.8 * 0.25, 12);
  });

  test("takes the late losses back from a run that is up to twice as long", () => {
    // 200 steps of mean .4, of which the last 100 have mean .1: the first 100 have mean .7, the first 160 (70 + 6) / 160
    expect(runningAt(final, 160)[0]).toBeCloseTo(76 / 160, 12);
    expect(runningAt(final, 100)[0]).toBeCloseTo(0.7, 12);
    expect(() => runningAt(final, 99)).toThrow(RangeError);
  });

  test("is the running mean of a run as long", () => {
    expect(runningAt(final, 200)).toEqual([0.4, 0.3]);
  });
});

test("READINGS show the sum of a run's tasks, their mean, or each by itself", () => {
  expect([READINGS.sum([0.25, 0.5]), READINGS.mean([0.25, 0.5]), READINGS.one([0.25, 0.5])]).toEqual([
    [0.75],
    [0.375],
    [0.25, 0.5],
  ]);
});

describe("of runs whose tasks' sums are the paper's counts at .5", () => {
  const bins = publishedFinals.get("shared-bottom 0.5 ") ?? [];
  const sums = bins.flatMap(({ low, high, count }) => Array<number>(count).fill((low + high) / 2));
  const finals = sums.map((sum, run) => madeFinal([0.25 * sum, 0.75 * sum], { run }));

  test("spreadOf() is a quarter of a bin for the sum, and half of the mean for the mean", () => {
    const cells = new Map([["shared-bottom 0.5 ", finals]]);
    expect(spreadOf(cells, "sum")?.emd).toBeCloseTo(1 / 30 / 4, 4);
    expect(spreadOf(cells, "mean")?.emd).toBeCloseTo(0.2563 / 2, 2);
    expect(spreadOf(cells, "sum")?.chance).toBeGreaterThan(0.01);
  });

  test("spreadOf() is undefined for cells of which the paper's counts are not known", () => {
    expect(spreadOf(new Map([["mmoe 0.5 ", finals]]), "sum")).toBeUndefined();
  });

  test("spreadOf() is undefined where runs are more than twice as long", () => {
    const cells = new Map([["shared-bottom 0.5 ", finals]]);
    expect(spreadOf(cells, "sum", LITERAL_END / 2)?.emd).toBeCloseTo(1 / 30 / 4, 4);
    expect(spreadOf(cells, "sum", LITERAL_END / 2 - 1)).toBeUndefined();
  });

  test("endsOf() has one value for each run or, of one task, two", () => {
    expect(endsOf(finals, "sum")).toHaveLength(200);
    expect(endsOf(finals, "one")).toHaveLength(400);
  });

  test("clustersOf() has 83, 40 and 77 of 200, as counted in the file", () => {
    const [clusters] = clustersOf(finals);
    expect(clusters?.shares).toEqual([83 / 200, 40 / 200, 77 / 200]);
    expect(clusters?.means[2]).toBeGreaterThan(0.44);
  });

  test("clustersOf() has the mean loss of the second half, and the paper's as read off its running means", () => {
    const [late] = clustersOf(finals.map((final) => ({ ...final, late: [0.125, 0.5], steps: 2_000_000 })));
    expect(late?.late).toBeCloseTo(0.625, 12);
    expect(late?.paperLate).toBeCloseTo(0.277, 2); // by another program from the same curves
  });
});

function madeFinal(running: readonly number[], values: Partial<RunFinal> = {}): RunFinal {
  const setting = { constants: "6-4", loss: "squared of standardised", initializer: "glorot-uniform", rows: "fresh" };
  const trained = { ...setting, batch: 4, lr: 0.001, model: "shared-bottom", correlation: 0.5 };
  return { ...trained, run: 0, steps: LITERAL_END, running, late: running, ...values };
}
