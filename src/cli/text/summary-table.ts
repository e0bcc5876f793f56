import { cellKey } from "../../records/cell.ts";
import { finalLosses, type LossSet, type RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted, standardError } from "../../stats/moments.ts";
import { cellHeads, cellNames } from "./cell-names.ts";
import { table } from "./table.ts";

const CAPTION = "loss after the last step: mean±standard error, median; predicting the mean is 1\n";

/** Models against correlations: final loss on training and held-out rows, over the runs that are done. */
function summaryTable(records: readonly RunRecord[]): string {
  const header = [...cellHeads(records), "runs", "failed", "training", "median", "held-out", "median"];
  return `${table([header, ...[...groupBy(records, cellKey).values()].map(cellRow)])}${CAPTION}`;
}

/** The table, and where its numbers are. */
export function resultsText(out: string, records: readonly RunRecord[]): string {
  return `${summaryTable(records)}\n${out}/runs.csv, ${out}/curves.csv\n`;
}

function cellRow(cell: readonly RunRecord[]): string[] {
  const failed = cell.filter((record) => record.status === "failed").length;
  return [
    ...cellNames(cell[0] as RunRecord),
    String(cell.length - failed),
    String(failed),
    ...lossColumns(cell, "train"),
    ...lossColumns(cell, "heldout"),
  ];
}

function lossColumns(cell: readonly RunRecord[], set: LossSet): [string, string] {
  const losses = Float64Array.from(cell.flatMap((record) => finalLosses(record, set)?.mean ?? [])).sort();
  if (losses.length === 0) return ["-", "-"];
  const error = losses.length > 1 ? `±${standardError(losses).toFixed(4).replace(/^0/, "")}` : "";
  return [`${mean(losses).toFixed(4)}${error}`, quantileSorted(losses, 0.5).toFixed(4)];
}
