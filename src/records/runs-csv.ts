import { mean } from "../stats/moments.ts";
import { type Column, csvRow, pairColumns, settingColumns, taskColumns } from "./columns.ts";
import { csvOf } from "./csv.ts";
import { LABEL_CORRELATION, LOSS_UNIT, number, RUN_FIELDS, TRAINED_FIELDS, text } from "./fields.ts";
import { MEASURES, type Measure } from "./measures.ts";
import { finalLosses, type LossSet, lowestLosses, type RunRecord, type TaskLosses, tasksOf } from "./record.ts";

/** `runs.csv`: one row for each run, failed ones too. Losses are in units of label variance. */
export function runsCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(records, (record) => [csvRow(RUN_COLUMNS, rowOf(record), tasksOf(record))]);
}

/** A run, and its losses: empty cells if it failed. */
interface RunRow {
  readonly record: RunRecord;
  readonly final: Readonly<Record<LossSet, TaskLosses | undefined>>;
  readonly lowest: Readonly<Record<LossSet, TaskLosses | undefined>>;
}

function rowOf(record: RunRecord): RunRow {
  return {
    record,
    final: { train: finalLosses(record, "train"), heldout: finalLosses(record, "heldout") },
    lowest: { train: lowestLosses(record, "train"), heldout: lowestLosses(record, "heldout") },
  };
}

const FIELDS = { ...RUN_FIELDS, ...TRAINED_FIELDS };

/** Columns that hold a value of the record unchanged. */
function fields(...names: (keyof typeof FIELDS)[]): Column<RunRow>[] {
  return names.map((name) => ({ name, schema: FIELDS[name], of: ({ record }) => record[name] }));
}

const FAILED = "a run that failed";

function losses(set: LossSet): Column<RunRow>[] {
  const end = set === "train" ? "TrainLoss" : "HeldoutLoss";
  const rows = set === "train" ? "training loss" : "held-out loss";
  const over = set === "train" ? " (over the whole set; of fresh rows over the last batches)" : "";
  const final = {
    name: `final${end}`,
    meaning: `${rows} after the last step${over}`,
    unit: LOSS_UNIT,
    emptyFor: FAILED,
  };
  const lowest = {
    name: `lowest${end}`,
    meaning: `lowest ${rows} at any evaluation`,
    unit: LOSS_UNIT,
    emptyFor: FAILED,
  };
  return [
    ...taskColumns(final, (row: RunRow) => row.final[set]),
    ...taskColumns(lowest, (row: RunRow) => row.lowest[set]),
  ];
}

const UNMEASURED = "a run of which it was not measured";

function measure({ name, per, unit, meaning }: Measure): Column<RunRow>[] {
  const of = ({ record }: RunRow) => record.measures?.[name];
  if (per === "run") return [{ name, schema: number(meaning, unit), emptyFor: UNMEASURED, of }];
  const list = (row: RunRow) => of(row) as readonly number[] | undefined;
  if (per === "pair") return pairColumns({ name, unit, meaning, emptyFor: UNMEASURED }, list);
  return taskColumns({ name, unit, meaning, emptyFor: UNMEASURED }, (row: RunRow) => {
    const tasks = list(row);
    return tasks && { tasks, mean: mean(tasks) };
  });
}

export const RUN_COLUMNS: readonly Column<RunRow>[] = [
  ...fields("id", "model", "correlation", "run", "lr", "steps", "batch"),
  settingColumns(({ record }) => record.point), // those three have their columns already
  ...fields("status", "reason"),
  ...losses("train"),
  ...losses("heldout"),
  ...pairColumns(
    { name: "labelCorrelation", meaning: LABEL_CORRELATION, unit: "", emptyFor: "labels that are all alike" },
    ({ record }: RunRow) => record.labelCorrelations,
  ),
  ...fields("parameters", "elapsedMs", "engine", "device", "seed"),
  {
    name: "dataStream",
    schema: text("names the random numbers of the run's rows"),
    of: ({ record: { seed, run } }) => `mmoe/seed=${seed}/run=${run}`,
  },
  {
    name: "initStream",
    schema: text("names the random numbers of the run's initial values"),
    of: ({ record: { seed, run, model } }) => `mmoe/seed=${seed}/run=${run}/model=${model}`,
  },
  ...MEASURES.flatMap(measure),
];
