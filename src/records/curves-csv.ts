import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/loss-sets.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import { groupBy } from "../stats/group-by.ts";
import { sortAscending } from "../stats/sort.ts";
import { CELL_STATISTICS, cellColumns } from "./cell-columns.ts";
import { type Column, correlationColumn, crossColumns, csvRow, type Sheet, settingColumns } from "./columns.ts";
import { type CsvValue, csvOf } from "./csv.ts";
import { loss, RUN_FIELDS, string, whole } from "./fields.ts";
import { LOSS_WORDS } from "./loss-words.ts";
import { curveLosses, lossAt, type RunRecord, tasksOf } from "./record.ts";

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
    schema: string("a task, from 1, or `mean` over tasks"),
    of: ({ task }) => (task === "mean" ? task : task + 1),
  },
  { name: "step", schema: whole("training steps done", "steps"), of: ({ step }) => step },
  { name: "runs", schema: whole("runs that reached the step", "runs"), of: ({ losses }) => losses.train.length },
  ...LOSS_SETS.flatMap(statistics),
];

function statistics(set: LossSet): Column<Point>[] {
  return CELL_STATISTICS.map(({ name, what, of }) => ({
    name: `${set}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    schema: loss(`${LOSS_WORDS[set].atStep}: ${what} over runs`),
    of: ({ losses }) => of(losses[set]),
  }));
}

function* cellPoints(cell: readonly RunRecord[]): Generator<Point> {
  const first = cell[0] as RunRecord;
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  const tasks: readonly Point["task"][] = ["mean", ...Array.from({ length: tasksOf(first) }, (_, k) => k)];
  for (const part of partsOf(tasks, steps.length, cell.length)) {
    const losses = gathered(cell, steps, part);
    for (const task of part.tasks) {
      for (let i = part.from; i < part.to; i++)
        yield { cell: first, task, step: steps[i] as number, losses: eachLoss((set) => losses[set](i, task)) };
    }
  }
}

/** Some of a cell's points: those of `tasks` at evaluations `from` to `to`. */
interface Part {
  readonly tasks: readonly Point["task"][];
  readonly from: number;
  readonly to: number;
}

/** Losses of a set that are gathered at once: they bound memory, however long the curves and however many the runs. */
const MOST_GATHERED = 8_000_000;

/** All points of a cell, in order, in as few parts as memory allows: each part reads every curve once. */
function partsOf(tasks: Part["tasks"], evaluations: number, runs: number): Part[] {
  if (tasks.length * evaluations * runs <= MOST_GATHERED) return [{ tasks, from: 0, to: evaluations }];
  const block = Math.max(1, Math.floor(MOST_GATHERED / runs));
  const starts = Array.from({ length: Math.ceil(evaluations / block) }, (_, i) => i * block);
  return tasks.flatMap((task) =>
    starts.map((from) => ({ tasks: [task], from, to: Math.min(from + block, evaluations) })),
  );
}

/**
 * Functions that return a cell's losses of a task at evaluation `i` of a part, of the runs that reached it, sorted. They
 * are gathered run by run: point by point, all 100,000 curves would be fetched again for each point.
 */
function gathered(
  cell: readonly RunRecord[],
  steps: readonly number[],
  { tasks, from, to }: Part,
): EachLoss<(i: number, task: Point["task"]) => Float64Array> {
  const K = tasksOf(cell[0] as RunRecord);
  const runs = new Uint32Array(to - from);
  const columns = eachLoss(() =>
    Array.from({ length: tasks.length * (to - from) }, () => new Float64Array(cell.length)),
  );
  const column = (i: number, t: number) => (i - from) * tasks.length + t;
  for (const record of cell) {
    const losses = eachLoss((set) => curveLosses(record, set));
    for (let i = from; i < to; i++) {
      if (record.curve.steps[i] !== steps[i]) continue;
      const r = (runs[i - from] as number)++;
      for (const set of LOSS_SETS)
        for (const [t, task] of tasks.entries())
          (columns[set][column(i, t)] as Float64Array)[r] = lossAt(losses[set], i, K, task);
    }
  }
  return eachLoss(
    (set) => (i, task) =>
      sortAscending((columns[set][column(i, tasks.indexOf(task))] as Float64Array).subarray(0, runs[i - from])),
  );
}
