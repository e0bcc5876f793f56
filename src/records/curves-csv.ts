import { groupBy } from "../stats/group-by.ts";
import { mean, quantileSorted } from "../stats/moments.ts";
import { type CsvValue, csvOf } from "./csv.ts";
import { curveLoss, curveLosses, type LossSet, type RunRecord } from "./record.ts";

/**
 * `curves.csv`: loss against steps for each model, correlation and task (`1`, `2`, or `mean` over tasks): mean, median
 * and quartiles over the runs that reached the step. Figures 3 and 4 are drawn from it.
 */
export function curvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(pointsOf(records), (point) => [pointRow(point)]);
}

function* pointsOf(records: readonly RunRecord[]): Generator<Point> {
  for (const cell of cellsOf(records)) yield* cellPoints(cell);
}

/** `curves-long.csv`: every run's losses at every evaluation. */
export function longCurvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(records, (record) => {
    const { id, model, correlation, run, curve } = record;
    return curve.steps.map((step, i) => ({
      id,
      model,
      correlation,
      run,
      step,
      ...taskColumns("trainLoss", curveLosses(record, "train", i).tasks),
      ...taskColumns("heldoutLoss", curveLosses(record, "heldout", i).tasks),
    }));
  });
}

function taskColumns(name: string, losses: readonly number[]): Record<string, number> {
  return Object.fromEntries(losses.map((loss, k) => [`${name}${k + 1}`, loss]));
}

/** The records of each (model, correlation), cells in the order of their first record. */
export function cellsOf(records: readonly RunRecord[]): RunRecord[][] {
  return [...groupBy(records, ({ model, correlation }) => `${model} ${correlation}`).values()];
}

/** A row of `curves.csv`, to be: losses are those of the cell's runs that reached the step, sorted. */
interface Point {
  readonly cell: readonly RunRecord[];
  readonly task: (typeof CURVE_TASKS)[number];
  readonly step: number;
  readonly train: Float64Array;
  readonly heldout: Float64Array;
}

const CURVE_TASKS = ["mean", "1", "2"] as const;

function* cellPoints(cell: readonly RunRecord[]): Generator<Point> {
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  const [train, heldout] = [gathered(cell, "train", steps), gathered(cell, "heldout", steps)];
  for (const [t, task] of CURVE_TASKS.entries()) {
    for (const [i, step] of steps.entries()) yield { cell, task, step, train: train(i, t), heldout: heldout(i, t) };
  }
}

/**
 * A function that gives a cell's losses at evaluation `i` for a place in CURVE_TASKS. They are gathered run by run, each
 * curve read once as it lies in memory: point by point, 100,000 curves are fetched anew for each.
 */
function gathered(cell: readonly RunRecord[], set: LossSet, steps: readonly number[]) {
  const points = steps.map((step) => ({ step, runs: 0, losses: CURVE_TASKS.map(() => new Float64Array(cell.length)) }));
  for (const record of cell) {
    for (const [i, point] of points.entries()) {
      if (record.curve.steps[i] !== point.step) continue;
      const r = point.runs++;
      for (const [t, column] of point.losses.entries()) column[r] = curveLoss(record, set, i, t === 0 ? "mean" : t - 1);
    }
  }
  return (i: number, t: number) => {
    const { runs, losses } = points[i] as (typeof points)[number];
    return (losses[t] as Float64Array).subarray(0, runs).sort();
  };
}

function pointRow({ cell, task, step, train, heldout }: Point): Record<string, CsvValue> {
  const { model, correlation } = cell[0] as RunRecord;
  return {
    model,
    correlation,
    task,
    step,
    runs: train.length,
    ...summaryColumns("train", train),
    ...summaryColumns("heldout", heldout),
  };
}

function summaryColumns(set: LossSet, sorted: Float64Array): Record<string, number> {
  return {
    [`${set}Mean`]: mean(sorted),
    [`${set}Median`]: quantileSorted(sorted, 0.5),
    [`${set}Q1`]: quantileSorted(sorted, 0.25),
    [`${set}Q3`]: quantileSorted(sorted, 0.75),
  };
}
