import { groupBy } from "../stats/group-by.ts";
import { type Cell, cellKey } from "./cell.ts";
import { cellColumns, STATISTICS } from "./cell-columns.ts";
import { type Column, correlationColumn, crossColumns, csvRow, type Sheet, settingColumns } from "./columns.ts";
import { type CsvValue, csvOf } from "./csv.ts";
import { loss, RUN_FIELDS, text, whole } from "./fields.ts";
import { LOSS_WORDS } from "./loss-words.ts";
import {
  curveLosses,
  type EachLoss,
  eachLoss,
  LOSS_SETS,
  type LossSet,
  lossAt,
  type RunRecord,
  tasksOf,
} from "./record.ts";

/**
 * `curves.csv`: loss against steps for each cell and task (`1` to K, or `mean` over tasks): mean, median and quartiles
 * over the runs that reached the step. Figures 3 and 4 are drawn from it.
 */
export function curvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(pointsOf(records), (point) => [csvRow(CURVE_COLUMNS, point, 1)]);
}

function* pointsOf(records: readonly RunRecord[]): Generator<Point> {
  for (const cell of groupBy(records, cellKey).values()) yield* cellPoints(cell);
}

/** `curves-long.csv`: every run's losses at every evaluation. */
export function longCurvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(records, longCurveRows, LONG_CHUNK);
}

/** Rows of `curves-long.csv` in a piece: some 10 ms. */
const LONG_CHUNK = 2000;

/** Columns and rows of `curves-long.csv`. */
export function longCurvesSheet(): Sheet<RunRecord> {
  return { columns: LONG_CURVE_COLUMNS, experts: 0, rowsOf: longCurveRows };
}

function* longCurveRows(record: RunRecord): Generator<Record<string, CsvValue>> {
  const [tasks, losses] = [tasksOf(record), eachLoss((set) => curveLosses(record, set))];
  for (const i of record.curve.steps.keys()) yield csvRow(LONG_CURVE_COLUMNS, { record, losses, i }, tasks);
}

/** Source of a row of `curves-long.csv`: a run at its evaluation `i`. */
interface RunPoint {
  readonly record: RunRecord;
  /** [evaluations, K] */
  readonly losses: EachLoss<Float64Array>;
  readonly i: number;
}

export const LONG_CURVE_COLUMNS: readonly Column<RunPoint>[] = [
  { name: "id", schema: RUN_FIELDS.id, of: ({ record }) => record.id },
  { name: "model", schema: RUN_FIELDS.model, of: ({ record }) => record.model },
  correlationColumn(({ record }) => record.correlation),
  settingColumns(({ record }) => record.point),
  { name: "run", schema: RUN_FIELDS.run, of: ({ record }) => record.run },
  ...crossColumns(({ record }: RunPoint) => record.cross),
  {
    name: "step",
    schema: whole("training steps done", "steps"),
    of: ({ record, i }) => record.curve.steps[i] as number,
  },
  ...LOSS_SETS.map(longLosses),
];

function longLosses(set: LossSet): Column<RunPoint> {
  const schema = loss(`${LOSS_WORDS[set].atStep}, of a task`);
  const of = ({ record, losses, i }: RunPoint) => {
    const tasks = tasksOf(record);
    return [...losses[set].subarray(i * tasks, (i + 1) * tasks)];
  };
  return { name: `${set}Loss`, schema, per: "task", of };
}

/** Source of a row of `curves.csv`: the losses of the cell's runs that reached the step, sorted. */
interface Point {
  readonly cell: Cell;
  readonly task: "mean" | number;
  readonly step: number;
  readonly losses: EachLoss<Float64Array>;
}

export const CURVE_COLUMNS: readonly Column<Point>[] = [
  ...cellColumns<Point>(),
  {
    name: "task",
    schema: text("a task, from 1, or `mean` over tasks"),
    of: ({ task }) => (task === "mean" ? task : task + 1),
  },
  { name: "step", schema: whole("training steps done", "steps"), of: ({ step }) => step },
  { name: "runs", schema: whole("runs that reached the step", "runs"), of: ({ losses }) => losses.train.length },
  ...LOSS_SETS.flatMap(statistics),
];

function statistics(set: LossSet): Column<Point>[] {
  return STATISTICS.map(({ name, what, of }) => ({
    name: `${set}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    schema: loss(`${LOSS_WORDS[set].atStep}: ${what} over runs`),
    of: ({ losses }) => of(losses[set]),
  }));
}

function* cellPoints(cell: readonly RunRecord[]): Generator<Point> {
  const first = cell[0] as RunRecord;
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  const curves = cell.map((record) => eachLoss((set) => curveLosses(record, set)));
  const tasks: readonly Point["task"][] = ["mean", ...Array.from({ length: tasksOf(first) }, (_, k) => k)];
  const block = Math.max(1, Math.floor(MOST_GATHERED / cell.length));
  for (const task of tasks) {
    for (let from = 0; from < steps.length; from += block) {
      const part = steps.slice(from, from + block);
      for (const [i, losses] of gathered(cell, curves, part, { from, task }).entries())
        yield { cell: first, task, step: part[i] as number, losses };
    }
  }
}

/** Losses of a set that are gathered at once: they bound memory, however long the curves are. */
const MOST_GATHERED = 1_000_000;

/**
 * A cell's losses at each of `steps`, those of its evaluations from `from`, of the runs that reached the step, sorted. They
 * are gathered run by run, each curve in the order of memory: point by point, all 100,000 curves would be fetched again
 * for each point.
 */
function gathered(
  cell: readonly RunRecord[],
  curves: readonly EachLoss<Float64Array>[],
  steps: readonly number[],
  { from, task }: { readonly from: number; readonly task: Point["task"] },
): EachLoss<Float64Array>[] {
  const tasks = tasksOf(cell[0] as RunRecord);
  const counts = new Uint32Array(steps.length);
  const all = eachLoss(() => new Float64Array(steps.length * cell.length));
  for (const [r, { curve }] of cell.entries()) {
    for (const [i, step] of steps.entries()) {
      if (curve.steps[from + i] !== step) continue;
      const to = i * cell.length + (counts[i] as number)++;
      for (const set of LOSS_SETS)
        all[set][to] = lossAt((curves[r] as EachLoss<Float64Array>)[set], from + i, tasks, task);
    }
  }
  return steps.map((_, i) => {
    const start = i * cell.length;
    return eachLoss((set) => all[set].subarray(start, start + (counts[i] as number)).sort());
  });
}
