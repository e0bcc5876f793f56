import { type LossUnit, meanText } from "../../config/loss-unit.ts";
import { correlationText } from "../../records/cell.ts";
import type { CellLosses } from "../../records/cell-losses.ts";
import { estimateText } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { CellSummary } from "../../summary/cell-summary.ts";
import { type Axis, axisOf, axisText, sparkline } from "./sparkline.ts";
import { table } from "./table.ts";

/**
 * A table for each correlation with a row for each model (in a grid, for each point of each), or one table if there is
 * one model: mean with its interval, median, share of losses above `bad` (null: without it) and a small histogram.
 * `summaries` are those of the same cells.
 */
export function cellsText(
  cells: readonly CellLosses[],
  summaries: readonly CellSummary[],
  bad: number | null,
  unit: LossUnit,
): string {
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
  const tables = [...groupBy(rows, ({ title }) => title)].map(([title, group]) => {
    const header = [
      title.padEnd(width),
      ...Object.keys(cells[0]?.point ?? {}),
      "runs",
      "mean [95 %]",
      "median",
      ...(bad === null ? [] : ["bad"]),
      axisText(axis),
    ];
    return table([header, ...group.map((row) => row.cells)]);
  });
  return `${tables.join("\n")}${caption(bad, axis, unit)}`;
}

function cellColumns({ loss, badShare }: CellSummary, hasBad: boolean): string[] {
  const { n, mean, median } = loss;
  const bad = n === 0 ? "-" : `${(100 * badShare.value).toFixed(0)}%`;
  return [String(n), estimateText(mean, 4, n), n === 0 ? "-" : median.value.toFixed(4), ...(hasBad ? [bad] : [])];
}

function caption(bad: number | null, { width }: Axis, unit: LossUnit): string {
  const badText = bad === null ? "" : `bad: share of runs above ${Number(bad.toPrecision(3))}`;
  return `${[meanText(unit), badText, `bins of ${width}/30`].filter((text) => text !== "").join("; ")}\n`;
}
