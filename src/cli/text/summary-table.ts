import { cellKey } from "../../records/cell.ts";
import { LOSS_WORDS } from "../../records/loss-words.ts";
import { finalLosses, type LossSet, type RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted, standardError } from "../../stats/moments.ts";
import { cellHeads, cellNames } from "./cell-names.ts";
import { table } from "./table.ts";

const CAPTION = "loss after the last step: mean±standard error, median; predicting the mean is 1\n";

/** Models against correlations: final losses over the runs that are done. */
function summaryTable(records: readonly RunRecord[], losses: readonly LossSet[]): string {
  const header = [
    ...cellHeads(records),
    "runs",
    "failed",
    ...losses.flatMap((set) => [LOSS_WORDS[set].short, "median"]),
  ];
  const rows = [...groupBy(records, cellKey).values()].map((cell) => cellRow(cell, losses));
  return `${table([header, ...rows])}${CAPTION}`;
}

/** The table of some losses, and where its numbers are. */
export function resultsText(out: string, records: readonly RunRecord[], losses: readonly LossSet[]): string {
  return `${summaryTable(records, losses)}\n${out}/runs.csv, ${out}/curves.csv\n`;
}

function cellRow(cell: readonly RunRecord[], losses: readonly LossSet[]): string[] {
  const failed = cell.filter((record) => record.status === "failed").length;
  return [
    ...cellNames(cell[0] as RunRecord),
    String(cell.length - failed),
    String(failed),
    ...losses.flatMap((set) => lossColumns(cell, set)),
  ];
}

function lossColumns(cell: readonly RunRecord[], set: LossSet): [string, string] {
  const losses = Float64Array.from(cell.flatMap((record) => finalLosses(record, set)?.mean ?? [])).sort();
  if (losses.length === 0) return ["-", "-"];
  const error = losses.length > 1 ? `±${standardError(losses).toFixed(4).replace(/^0/, "")}` : "";
  return [`${mean(losses).toFixed(4)}${error}`, quantileSorted(losses, 0.5).toFixed(4)];
}
