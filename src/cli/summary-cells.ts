import type { CellLosses } from "../records/cell-losses.ts";
import { estimateText } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import type { CellSummary } from "../summary/cell-summary.ts";
import { correlationText } from "../sweep/plan.ts";
import { table } from "./format.ts";
import { type Axis, axisOf, axisText, sparkline } from "./sparkline.ts";

/**
 * A table a correlation: each model's mean with its interval, median, share of losses above `bad` and a small histogram.
 * `summaries` are of the same cells.
 */
export function cellsText(cells: readonly CellLosses[], summaries: readonly CellSummary[], bad: number): string {
  const losses = cells.map(({ byRun }) => Float64Array.from(byRun.values()));
  const axis = axisOf(losses);
  const lines = summaries.map((summary, i) => ({ summary, line: sparkline(losses[i] as Float64Array, axis) }));
  const width = Math.max(...cells.map(({ model }) => model.length));
  const tables = [...groupBy(lines, ({ summary }) => correlationText(summary.correlation))].map(
    ([correlation, rows]) => {
      const header = [`p = ${correlation}`.padEnd(width), "runs", "mean [95 %]", "median", "bad", axisText(axis)];
      return table([header, ...rows.map(({ summary, line }) => cellRow(summary, line))]);
    },
  );
  return `${tables.join("\n")}${caption(bad, axis)}`;
}

function cellRow({ model, loss, badShare }: CellSummary, line: string): string[] {
  const { n, mean, median } = loss;
  const value = (number: number, text: string) => (Number.isNaN(number) ? "-" : text);
  return [
    model,
    String(n),
    estimateText(mean, 4),
    value(median.value, median.value.toFixed(4)),
    value(badShare.value, `${(100 * badShare.value).toFixed(0)}%`),
    line,
  ];
}

function caption(bad: number, { width }: Axis): string {
  return (
    `predicting the mean is 1; bad: share of runs above ${Number(bad.toPrecision(3))}; ` +
    `bins of ${Math.round(width * 30)}/30\n`
  );
}
