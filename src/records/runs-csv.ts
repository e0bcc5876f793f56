import { type CsvValue, csvOf } from "./csv.ts";
import { finalLosses, type LossSet, lowestLosses, type RunRecord, type TaskLosses } from "./record.ts";

/** `runs.csv`: one row a run, failed ones too. Losses are in units of label variance. */
export function runsCsv(records: readonly RunRecord[]): Generator<string> {
  return csvOf(records, (record) => [runRow(record)]);
}

function runRow(record: RunRecord): Record<string, CsvValue> {
  const { id, model, correlation, run, lr, steps, batch, status, reason, seed } = record;
  return {
    id,
    model,
    correlation,
    run,
    lr,
    steps,
    batch,
    status,
    reason,
    ...lossCells(record, "train"),
    ...lossCells(record, "heldout"),
    labelCorrelation: record.labelCorrelation,
    parameters: record.parameters,
    elapsedMs: record.elapsedMs,
    engine: record.engine,
    device: record.device,
    seed,
    dataStream: `mmoe/seed=${seed}/run=${run}`,
    initStream: `mmoe/seed=${seed}/run=${run}/model=${model}`,
  };
}

/** E.g. finalTrainLoss1, finalTrainLoss2, finalTrainLossMean, lowestTrainLoss1, ... */
function lossCells(record: RunRecord, set: LossSet): Record<string, CsvValue> {
  const name = set === "train" ? "TrainLoss" : "HeldoutLoss";
  return {
    ...taskCells(`final${name}`, finalLosses(record, set)),
    ...taskCells(`lowest${name}`, lowestLosses(record, set)),
  };
}

function taskCells(name: string, losses: TaskLosses | undefined): Record<string, CsvValue> {
  const tasks = losses?.tasks ?? ["", ""];
  return Object.fromEntries([
    ...tasks.map((loss, k) => [`${name}${k + 1}`, loss]),
    [`${name}Mean`, losses?.mean ?? ""],
  ]);
}
