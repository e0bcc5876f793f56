import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/losses.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import { groupBy } from "../stats/group-by.ts";
import { sortAscending } from "../stats/sort.ts";
import { cellEvaluations, Gathered } from "./cell-evaluations.ts";
import {
  CELL_STATISTICS,
  type Column,
  cellColumns,
  correlationColumn,
  csvRow,
  type Sheet,
  settingColumns,
} from "./columns.ts";
import { type CsvValue, csvOf } from "./csv.ts";
import { loss, RUN_FIELDS, string, whole } from "./fields.ts";
import { curveLosses, type RunRecord, tasksOf } from "./record.ts";
import { LOSS_WORDS } from "./words.ts";

/**
 * `curves.csv`: loss against steps for each cell and task (`1` to K, or `mean` over tasks): mean, median and quartiles
 * over the runs that reached the step. Figures 3 and 4 are drawn from it. `labels` are the names of the tasks' labels, [K].
 */
export function curvesCsv(records: readonly RunRecord[], labels?: readonly string[]): Generator<string> {
  const columns = labels ? CURVE_COLUMNS : CURVE_COLUMNS.filter((column) => column !== LABEL);
  return csvOf(pointsOf(records), (point) => [csvRow(columns, { ...point, labels }, 1)]);
}

/** A row of `curves.csv`. */
interface CurveRow extends CellPoint {
  readonly labels: readonly string[] | undefined;
}

function* pointsOf(records: readonly RunRecord[]): Generator<CellPoint | undefined> {
  const memory = new Gathered();
  for (const cell of groupBy(records, cellKey).values()) yield* cellPoints(cell, memory);
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
  {
    name: "step",
    schema: whole("training steps done", "steps"),
    of: ({ record, i }) => record.curve.steps[i],
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

const LABEL: Column<CurveRow> = {
  name: "label",
  schema: string("the name of the task's label"),
  optional: true,
  emptyFor: "the mean over tasks, and generated rows",
  of: ({ labels, task }) => (task === "mean" ? undefined : labels?.[task]),
};

export const CURVE_COLUMNS: readonly Column<CurveRow>[] = [
  ...cellColumns<CurveRow>(),
  {
    name: "task",
    schema: string("a task, from 1, or `mean` over tasks"),
    of: ({ task }) => (task === "mean" ? task : task + 1),
  },
  LABEL,
  { name: "step", schema: whole("training steps done", "steps"), of: ({ step }) => step },
  { name: "runs", schema: whole("runs that reached the step", "runs"), of: ({ runs }) => runs },
  ...LOSS_SETS.flatMap(statistics),
];

function statistics(set: LossSet): Column<CurveRow>[] {
  return CELL_STATISTICS.map(({ name, what }, i) => ({
    name: `${set}${name.charAt(0).toUpperCase()}${name.slice(1)}`,
    schema: loss(`${LOSS_WORDS[set].atStep}: ${what} over runs`),
    of: ({ statistics }) => statistics[set][i],
  }));
}

/** The losses of those runs of a cell that reached a step. */
export interface CellPoint {
  readonly cell: Cell;
  readonly task: "mean" | number;
  readonly step: number;
  readonly runs: number;
  /** The values of `CELL_STATISTICS`. */
  readonly statistics: EachLoss<readonly number[]>;
}

/** The points of a cell, by task, then step. Gives undefined meanwhile, as `cellEvaluations` does. */
export function* cellPoints(cell: readonly RunRecord[], memory?: Gathered): Generator<CellPoint | undefined> {
  const first = cell[0];
  const points = Array.from({ length: tasksOf(first) + 1 }, (): CellPoint[] => []);
  for (const evaluation of cellEvaluations(cell, memory)) {
    if (evaluation !== undefined) {
      const { step, losses } = evaluation;
      for (const [t, own] of points.entries()) {
        const statistics = eachLoss((set) => statisticsOf(losses[set][t]));
        const runs = losses.train[t].length;
        own.push({ cell: first, task: t === 0 ? "mean" : t - 1, step, runs, statistics });
      }
    }
    yield;
  }
  for (const own of points) yield* own;
}

function statisticsOf(losses: Float64Array): number[] {
  const sorted = sortAscending(losses);
  return CELL_STATISTICS.map(({ of }) => of(sorted));
}
