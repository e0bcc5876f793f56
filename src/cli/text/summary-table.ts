import { cellsOf } from "../../config/cells.ts";
import type { Config } from "../../config/config.ts";
import type { LossSet } from "../../config/loss-sets.ts";
import { meanText } from "../../config/loss-unit.ts";
import { lossUnitOf } from "../../config/loss-unit-of.ts";
import { cellKey } from "../../identity/cell.ts";
import { LOSS_WORDS } from "../../records/loss-words.ts";
import { configIn } from "../../records/read-results.ts";
import { finalLosses, type RunRecord } from "../../records/record.ts";
import { groupBy } from "../../stats/group-by.ts";
import { mean, quantileSorted, standardError } from "../../stats/moments.ts";
import { memorisedText } from "../../summary/memorised.ts";
import type { Output } from "../effects.ts";
import { type Block, blocksText, type Room, roomOf } from "./blocks.ts";
import { cellHeads, cellNames } from "./cell-names.ts";
import { withoutColumns } from "./columns.ts";
import { tableWidth } from "./table.ts";

/**
 * Models against correlations, in the order of the config: final losses over the runs that are done. What is wider than `room` lacks first the
 * column of failed runs, if there are none, and then medians.
 */
function summaryBlock(
  records: readonly RunRecord[],
  losses: readonly LossSet[],
  config: Config,
  { table: room }: Room,
): Block {
  const header = [...cellHeads(records), "runs", FAILED, ...losses.flatMap((set) => [LOSS_WORDS[set].short, "median"])];
  const byCell = groupBy(records, cellKey);
  const places = new Map(cellsOf(config).map((cell, i) => [cellKey(cell), i]));
  const placeOf = (key: string) => places.get(key) ?? places.size;
  const keys = [...byCell.keys()].sort((a, b) => placeOf(a) - placeOf(b));
  const whole = [header, ...keys.map((key) => cellRow(byCell.get(key) as RunRecord[], losses))];
  const lean = records.some(({ status }) => status === "failed") ? whole : withoutColumns(whole, [FAILED]);
  const fitting = [whole, lean].find((rows) => tableWidth(rows) <= room);
  const spread = fitting === undefined ? "mean±standard error" : "mean±standard error, median";
  const after = [
    `loss after the last step: ${spread}`,
    meanText(lossUnitOf(config)),
    memorisedText({ config, records }),
  ];
  const rows = fitting ?? withoutColumns(lean, ["median"]);
  return { rows, after: after.filter((text) => text !== "").join("; ") };
}

const FAILED = "failed";

/** The table of some losses of the sweep in `out`, and where its numbers are. */
export function resultsText(
  out: string,
  records: readonly RunRecord[],
  losses: readonly LossSet[],
  to: Output,
): string {
  const diagnosed = records.some(({ diagnostics }) => diagnostics !== undefined);
  const files = ["runs.csv", "curves.csv", ...(diagnosed ? ["diagnostics.csv"] : [])].map((file) => `${out}/${file}`);
  const room = roomOf(to);
  const table = summaryBlock(records, losses, configIn(out), room);
  return blocksText([table, { before: files.join(", ") }], room);
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
