import { type LossUnit, meanText } from "../../config/loss-unit.ts";
import { correlationText } from "../../identity/cell.ts";
import type { CellLosses } from "../../records/cell-losses.ts";
import { estimateText } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { CellSummary } from "../../summary/cell-summary.ts";
import type { Block } from "./blocks.ts";
import { fewNote } from "./few-runs.ts";
import { axisOf, axisText, sparkline } from "./sparkline.ts";
import { tableWidth } from "./table.ts";

/** How cells are shown. */
export interface Shown {
  /** Runs with a higher loss are in bad minima. */
  readonly bad: number | null;
  readonly unit: LossUnit;
  /** Columns of the terminal: histograms are left out where they have no room. */
  readonly room: number;
}

/**
 * A table for each correlation with a row for each model (in a grid, for each point of each), or one table if there is
 * one model: mean with its interval, median, share of losses above `bad` (null: without it) and a small histogram.
 * `summaries` are those of the same cells.
 */
export function summaryCells(
  cells: readonly CellLosses[],
  summaries: readonly CellSummary[],
  { bad, unit, room }: Shown,
): Block[] {
  const losses = cells.map(({ byRun }) => Float64Array.from(byRun.values()));
  const axis = axisOf(losses);
  const oneModel = cells.every(({ model }) => model === cells[0]?.model);
  const rows = summaries.map((summary, i) => {
    const { correlation } = summary;
    const names = [correlation === null ? "" : `p = ${correlationText(correlation)}`, summary.model];
    const [title = "", name = ""] = oneModel && correlation !== null ? names.toReversed() : names;
    const values = Object.values(summary.point).map(String);
    return {
      title,
      cells: [name, ...values, ...cellColumns(summary, bad !== null), sparkline(losses[i] as Float64Array, axis)],
    };
  });
  const width = Math.max(...rows.map(({ title, cells: [name = ""] }) => Math.max(title.length, name.length)));
  const heads = [
    ...Object.keys(cells[0]?.point ?? {}),
    "runs",
    "mean [95 %]",
    "median",
    ...(bad === null ? [] : ["bad"]),
    axisText(axis),
  ];
  const tables = Array.from(
    groupBy(rows, ({ title }) => title),
    ([title, group]) => [[title.padEnd(width), ...heads], ...group.map((row) => row.cells)],
  );
  const hasRoom = tables.every((table) => tableWidth(table) <= room);
  const shown = hasRoom ? tables : tables.map((table) => table.map((row) => row.slice(0, -1)));
  const badText = bad === null ? "" : `bad: share of runs above ${Number(bad.toPrecision(3))}`;
  const bins = hasRoom ? `bins of ${axis.width}/30` : "";
  const few = fewNote(summaries.map(({ loss }) => loss.n));
  const after = [meanText(unit), badText, bins, ...few].filter((text) => text !== "").join("; ");
  const last = shown.length - 1;
  return shown.map((rows, i) => (i < last ? { rows } : { rows, after }));
}

function cellColumns({ loss, badShare }: CellSummary, hasBad: boolean): string[] {
  const { n, mean, median } = loss;
  const bad = n === 0 ? "-" : `${(100 * badShare.value).toFixed(0)}%`;
  return [String(n), estimateText(mean, 4, n), n === 0 ? "-" : median.value.toFixed(4), ...(hasBad ? [bad] : [])];
}
