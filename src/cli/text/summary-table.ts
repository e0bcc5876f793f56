import { type LossUnit, meanText } from "../../config/loss-unit.ts";
import { lossUnitOf } from "../../config/loss-unit-of.ts";
import { cellKey } from "../../records/cell.ts";
import { LOSS_WORDS } from "../../records/loss-words.ts";
import { configIn } from "../../records/read-results.ts";
import { finalLosses, type LossSet, type RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted, standardError } from "../../stats/moments.ts";
import type { Output } from "../effects.ts";
import { type Block, blocksText, roomOf } from "./blocks.ts";
import { cellHeads, cellNames } from "./cell-names.ts";

/** Models against correlations: final losses over the runs that are done. */
function summaryBlock(records: readonly RunRecord[], losses: readonly LossSet[], unit: LossUnit): Block {
  const header = [
    ...cellHeads(records),
    "runs",
    "failed",
    ...losses.flatMap((set) => [LOSS_WORDS[set].short, "median"]),
  ];
  const rows = [...groupBy(records, cellKey).values()].map((cell) => cellRow(cell, losses));
  const after = ["loss after the last step: mean±standard error, median", meanText(unit)];
  return { rows: [header, ...rows], after: after.filter((text) => text !== "").join("; ") };
}

/** The table of some losses of the sweep in `out`, and where its numbers are. */
export function resultsText(
  out: string,
  records: readonly RunRecord[],
  losses: readonly LossSet[],
  to: Output,
): string {
  const diagnosed = records.some(({ diagnostics }) => diagnostics !== undefined);
  const files = ["runs.csv", "curves.csv", ...(diagnosed ? ["diagnostics.csv"] : [])].map((file) => `${out}/${file}`);
  const table = summaryBlock(records, losses, lossUnitOf(configIn(out)));
  return blocksText([table, { before: files.join(", ") }], roomOf(to));
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
