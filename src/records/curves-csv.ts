import { groupBy } from "../stats/group-by.ts";
import { sortAscending } from "../stats/sort.ts";
import { type Cell, cellKey } from "./cell.ts";
import { cellColumns, STATISTICS } from "./cell-columns.ts";
import { type Column, correlationColumn, crossColumns, csvRow, type Sheet, settingColumns } from "./columns.ts";
import { type CsvValue, csvOf } from "./csv.ts";
import { loss, RUN_FIELDS, text, whole } from "./fields.ts";
import { LOSS_WORDS } from "./loss-words.ts";
import { curveLosses, type EachLoss, eachLoss, LOSS_SETS, type LossSet, type RunRecord, tasksOf } from "./record.ts";

/**
 * `curves.csv`: loss against steps for each cell and task (`1` to K, or `mean` over tasks): mean, median and quartiles
 * over the runs that reached the step. Figures 3 and 4 are drawn from it.
 */
export function curvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(rowsOf(records), (row) => [row]);
}

/** Row by row, as all cells share the columns that their losses are gathered in. */
function* rowsOf(records: readonly RunRecord[]): Generator<Record<string, CsvValue>> {
  const cells = [...groupBy(records, cellKey).values()];
  const columns = eachLoss((): Float64Array[] => []);
  const most = cells.reduce((runs, { length }) => Math.max(runs, length), 0);
  for (const cell of cells)
    for (const point of cellPoints(cell, { columns, most })) yield csvRow(CURVE_COLUMNS, point, 1);
}

/** Columns that losses are gathered in, made when they are needed first: those of 100,000 runs take hundreds of megabytes. */
interface Room {
  readonly columns: EachLoss<Float64Array[]>;
  /** Runs of the largest cell. */
  readonly most: number;
}

/** `curves-long.csv`: every run's losses at every evaluation. */
export function longCurvesCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(records, longCurveRows);
}

/** Columns and rows of `curves-long.csv`. */
export function longCurvesSheet(): Sheet<RunRecord> {
  return { columns: LONG_CURVE_COLUMNS, experts: 0, rowsOf: longCurveRows };
}

function longCurveRows(record: RunRecord): Record<string, CsvValue>[] {
  const [tasks, losses] = [tasksOf(record), eachLoss((set) => curveLosses(record, set))];
  return record.curve.steps.map((_, i) => csvRow(LONG_CURVE_COLUMNS, { record, losses, i }, tasks));
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

function* cellPoints(cell: readonly RunRecord[], room: Room): Generator<Point> {
  const first = cell[0] as RunRecord;
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  const tasks: readonly Point["task"][] = ["mean", ...Array.from({ length: tasksOf(first) }, (_, k) => k)];
  const losses = gathered(cell, steps, tasks.length, room);
  for (const [t, task] of tasks.entries()) {
    for (const [i, step] of steps.entries()) {
      yield { cell: first, task, step, losses: eachLoss((set) => losses[set](i, t)) };
    }
  }
}

/**
 * Functions that return a cell's losses at evaluation `i` of one of T tasks, the first of which is their mean. They are gathered run by run, each
 * curve read once. Point by point, all 100,000 curves would be fetched again for each point.
 */
function gathered(
  cell: readonly RunRecord[],
  steps: readonly number[],
  T: number,
  { columns, most }: Room,
): EachLoss<(i: number, t: number) => Float64Array> {
  const runs = new Uint32Array(steps.length);
  for (const all of Object.values(columns)) while (all.length < T * steps.length) all.push(new Float64Array(most));
  for (const record of cell) {
    const losses = eachLoss((set) => curveLosses(record, set));
    for (let i = 0; i < steps.length; i++) {
      if (record.curve.steps[i] !== steps[i]) continue;
      const r = runs[i] as number;
      for (const set of LOSS_SETS) gatherPoint(losses[set], i, columns[set], r, T - 1);
      runs[i] = r + 1;
    }
  }
  return eachLoss((set) => (i, t) => sortAscending((columns[set][i * T + t] as Float64Array).subarray(0, runs[i])));
}

/** Puts a run's K losses [evaluations, K] at evaluation i, and before them their mean, in place r of columns [evaluations][K + 1]. */
function gatherPoint(losses: Float64Array, i: number, columns: readonly Float64Array[], r: number, K: number): void {
  let sum = 0;
  for (let k = 0; k < K; k++) {
    const loss = losses[i * K + k] as number;
    sum += loss;
    (columns[i * (K + 1) + 1 + k] as Float64Array)[r] = loss;
  }
  (columns[i * (K + 1)] as Float64Array)[r] = sum / K;
}
