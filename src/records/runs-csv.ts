import { type EachLoss, eachLoss, type LossSet } from "../config/losses.ts";
import {
  type Column,
  correlationColumn,
  csvRow,
  pairColumns,
  type Sheet,
  settingColumns,
  taskColumns,
} from "./columns.ts";
import { csvOf } from "./csv.ts";
import { LABEL_CORRELATION, LOSS_UNIT, number, RUN_FIELDS, string, TRAINED_FIELDS } from "./fields.ts";
import { meanOfMeasure, measureNames, measuresAmong } from "./measure-values.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { finalLosses, lowestLosses, type RunRecord, type TaskLosses, tasksOf } from "./record.ts";
import { LOSS_WORDS } from "./words.ts";

/**
 * `runs.csv`: one row for each run, failed ones too. Losses are in units of label variance. Measures that no run has are
 * left out, and so are the names of labels if there are none.
 */
export function runsCsv(records: readonly RunRecord[], labels?: readonly string[]): Generator<string> {
  return csvOf(records, runsSheet(records, labels).rowsOf);
}

/** Columns and rows of `runs.csv` for some records. */
export function runsSheet(records: readonly RunRecord[], labels?: readonly string[]): Sheet<RunRecord> {
  const experts = Math.max(0, ...new Set(records.map(expertsIn)));
  const measured = measuresAmong(measureNames(records));
  const columns = [...COMMON_COLUMNS, ...measured.flatMap(columnsOf), ...(labels ? [LABELS] : [])];
  return {
    columns,
    experts,
    rowsOf: (record) => [csvRow(columns, { ...rowOf(record, experts), labels }, tasksOf(record), experts)],
  };
}

/** The most experts that a run has a measure of. */
function expertsIn(record: RunRecord): number {
  const lists = MEASURES.filter(({ per }) => per === "expert").map(({ name }) => record.measures?.[name] ?? []);
  return Math.max(0, ...lists.map((list) => [list].flat().length / tasksOf(record)));
}

/** A run, and its losses: empty cells if it failed. */
interface RunRow {
  readonly record: RunRecord;
  /** The most experts of any run. */
  readonly experts: number;
  /** The names of the tasks' labels, [K]. */
  readonly labels?: readonly string[] | undefined;
  readonly final: EachLoss<TaskLosses | undefined>;
  /** The running mean has none: it is lowest at the end, or nearly so. */
  readonly lowest: Omit<EachLoss<TaskLosses | undefined>, "running">;
}

function rowOf(record: RunRecord, experts: number): RunRow {
  return {
    record,
    experts,
    final: eachLoss((set) => finalLosses(record, set)),
    lowest: { train: lowestLosses(record, "train"), heldout: lowestLosses(record, "heldout") },
  };
}

const FIELDS = { ...RUN_FIELDS, ...TRAINED_FIELDS };

/** Columns that hold a value of the record unchanged. */
function fields(...names: (keyof typeof FIELDS)[]): Column<RunRow>[] {
  return names.map((name) => ({ name, schema: FIELDS[name], of: ({ record }) => record[name] }));
}

const FAILED = "failed runs";

/** What else the final loss is, in parentheses. */
const FINAL: EachLoss<string> = {
  train: " (over the whole training set, or with fresh rows over the batches since the previous evaluation)",
  heldout: "",
  running: ` (${LOSS_WORDS.running.atStep})`,
};

function finals(set: LossSet): Column<RunRow>[] {
  const meaning = `${LOSS_WORDS[set].name} after the last step${FINAL[set]}`;
  const described = { name: `final${columnPart(set)}`, meaning, unit: LOSS_UNIT, emptyFor: FAILED };
  return taskColumns(described, (row: RunRow) => row.final[set]);
}

function lowest(set: "train" | "heldout"): Column<RunRow>[] {
  const meaning = `lowest ${LOSS_WORDS[set].name} at any evaluation`;
  const described = { name: `lowest${columnPart(set)}`, meaning, unit: LOSS_UNIT, emptyFor: FAILED };
  return taskColumns(described, (row: RunRow) => row.lowest[set]);
}

/** `TrainLoss`, `HeldoutLoss`, `RunningLoss`. */
function columnPart(set: LossSet): string {
  return `${set.charAt(0).toUpperCase()}${set.slice(1)}Loss`;
}

const UNMEASURED = "runs in which it was not measured";

function columnsOf(measure: Measure): Column<RunRow>[] {
  return valuesOf(measure).map((column) => ({ ...column, optional: true }));
}

function valuesOf(measure: Measure): Column<RunRow>[] {
  const { name, per, unit, meaning } = measure;
  const of = ({ record }: RunRow) => record.measures?.[name];
  if (per === "run") return [{ name, schema: number(meaning, unit), emptyFor: UNMEASURED, of }];
  const list = (row: RunRow) => of(row) as readonly number[] | undefined;
  if (per === "expert") {
    const schema = number(`${meaning}, of a task and an expert`, unit);
    return [{ name, schema, per, emptyFor: UNMEASURED, of: (row) => padded(row, list(row)) }];
  }
  if (per === "pair") return pairColumns({ name, unit, meaning, emptyFor: UNMEASURED }, list);
  return taskColumns({ name, unit, meaning, emptyFor: UNMEASURED }, (row: RunRow) => {
    const tasks = list(row);
    return tasks && { tasks, mean: meanOfMeasure(measure, tasks) };
  });
}

/** Numbers [K, E] of a run → [K, most experts of any run], NaN where it has none. */
function padded({ record, experts }: RunRow, list: readonly number[] | undefined): number[] | undefined {
  if (list === undefined) return undefined;
  const K = tasksOf(record);
  const E = list.length / K;
  return Array.from({ length: K * experts }, (_, i) => {
    const [k, e] = [Math.floor(i / experts), i % experts];
    return e < E ? list[k * E + e] : Number.NaN;
  });
}

const COMMON_COLUMNS: readonly Column<RunRow>[] = [
  ...fields("id", "model"),
  correlationColumn(({ record }) => record.correlation),
  ...fields("run"),
  ...fields("lr", "steps", "batch"),
  settingColumns(({ record }) => record.point), // those three have their columns already
  ...fields("status", "reason"),
  ...finals("train"),
  ...lowest("train"),
  ...finals("heldout"),
  ...lowest("heldout"),
  ...finals("running"),
  ...pairColumns(
    { name: "labelCorrelation", meaning: LABEL_CORRELATION, unit: "", emptyFor: "constant labels" },
    ({ record }: RunRow) => record.labelCorrelations,
  ),
  ...fields("parameters", "elapsedMs", "engine", "device", "seed"),
  {
    name: "dataStream",
    schema: string("name of the random stream of the run's rows"),
    of: ({ record: { seed, run } }) => `mmoe/seed=${seed}/run=${run}`,
  },
  {
    name: "initStream",
    schema: string("name of the random stream of the run's initial values"),
    of: ({ record: { seed, run, model } }) => `mmoe/seed=${seed}/run=${run}/model=${model}`,
  },
];

const LABELS: Column<RunRow> = {
  name: "label",
  schema: string("the name of a task's label, the same in all rows"),
  per: "task",
  optional: true,
  emptyFor: "generated rows",
  of: ({ labels }) => labels,
};

export const RUN_COLUMNS: readonly Column<RunRow>[] = [...COMMON_COLUMNS, ...MEASURES.flatMap(columnsOf), LABELS];
