import { groupBy } from "../stats/group-by.ts";
import { mean, quantileSorted } from "../stats/moments.ts";
import { type Cell, csvOf } from "./csv.ts";
import { curveLoss, curveLosses, type LossSet, type RunRecord } from "./record.ts";

/**
 * `curves.csv`: loss against steps for each model, correlation and task (`1`, `2`, or `mean` over tasks): mean, median
 * and quartiles over the runs that reached the step. Figures 3 and 4 are drawn from it.
 */
export function curvesCsv(records: readonly RunRecord[]): Generator<string> {
  const points = cellsOf(records).flatMap(cellPoints);
  return csvOf(points, (point) => [pointRow(point)]);
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

/** A row of `curves.csv`, to be: the losses of a cell's runs at evaluation `i`. */
interface Point {
  readonly cell: readonly RunRecord[];
  readonly task: (typeof CURVE_TASKS)[number];
  readonly step: number;
  readonly i: number;
}

const CURVE_TASKS = ["mean", "1", "2"] as const;

function cellPoints(cell: readonly RunRecord[]): Point[] {
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  return CURVE_TASKS.flatMap((task) => steps.map((step, i) => ({ cell, task, step, i })));
}

function pointRow({ cell, task, step, i }: Point): Record<string, Cell> {
  const { model, correlation } = cell[0] as RunRecord;
  const reached = cell.filter((record) => record.curve.steps[i] === step);
  const losses = (set: LossSet) => {
    const values = new Float64Array(reached.length);
    for (const [r, record] of reached.entries())
      values[r] = curveLoss(record, set, i, task === "mean" ? task : Number(task) - 1);
    return values.sort();
  };
  return {
    model,
    correlation,
    task,
    step,
    runs: reached.length,
    ...summaryColumns("train", losses("train")),
    ...summaryColumns("heldout", losses("heldout")),
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
