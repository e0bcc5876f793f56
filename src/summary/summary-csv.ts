import { pointText } from "../identity/grid-point.ts";
import { type CsvValue, toCsv } from "../records/csv.ts";
import type { Estimate } from "../stats/estimate.ts";
import { shareOf } from "../stats/share.ts";
import type { CellComparison, SpreadComparison } from "./comparisons.ts";
import type { CellRungs } from "./rungs.ts";
import type { CellSummary, Summary } from "./summary.ts";
import type { TaskSummary } from "./task-summary.ts";

/** A summary as CSV: one row for each statistic of a cell, or of two cells; an empty cell for no value. */
export function summaryCsv(
  { loss, cells, models, correlations, points, spreads, rungs }: Summary,
  tasks: readonly TaskSummary[] = [],
): string {
  const rows = [
    ...cells.flatMap(cellRows),
    ...tasks.flatMap(taskRows),
    ...(rungs?.cells ?? []).flatMap(rungRows),
    ...models.flatMap((one) => comparisonRows("models", one)),
    ...correlations.flatMap((one) => comparisonRows("correlations", one)),
    ...points.flatMap((one) => comparisonRows("points", one)),
    ...spreads.flatMap(spreadRows),
  ];
  return toCsv(rows.map((row) => ({ loss, ...row })));
}

type Row = Record<string, CsvValue>;

/** `n` is the number of runs, or pairs of runs, behind the value. */
function row(about: Row, statistic: string, n: number, value: number | Estimate): Row {
  if (typeof value === "number") return { ...about, statistic, n, value, low: Number.NaN, high: Number.NaN };
  return { ...about, statistic, n, value: value.value, low: value.low, high: value.high };
}

function cellRows({ model, correlation, point, failed, failedShare, missing, loss, badShare }: CellSummary): Row[] {
  const about = { about: "cell", model, correlation, ...point, otherModel: "", otherCorrelation: "", otherPoint: "" };
  const { n, ...statistics } = loss;
  return [
    row(about, "failed", n + failed.length, failed.length),
    row(about, "failedShare", n + failed.length, failedShare),
    row(about, "missing", n + failed.length, missing),
    ...Object.entries(statistics).map(([name, value]) => row(about, name, n, value)),
    row(about, "badShare", n, badShare),
  ];
}

/** The mean loss of a task, `loss of y_income`, and its metrics. */
function taskRows({ name, cells }: TaskSummary): Row[] {
  return cells.flatMap(({ model, correlation, point, runs, loss, metrics }) => {
    const about = { about: "task", model, correlation, ...point, otherModel: "", otherCorrelation: "", otherPoint: "" };
    return Object.entries({ loss, ...metrics }).map(([what, value]) => row(about, `${what} of ${name}`, runs, value));
  });
}

/** Shares of runs whose tasks end on a rung; the last is above the ladder. */
function rungRows({ model, correlation, point, runs, tasks }: CellRungs): Row[] {
  const about = { about: "rung", model, correlation, ...point, otherModel: "", otherCorrelation: "", otherPoint: "" };
  return tasks.flatMap((counts, k) =>
    counts.map((count, rung) => {
      const name = rung < counts.length - 1 ? `Rung${rung}` : "Above";
      return row(about, `task${k + 1}${name}Share`, runs, shareOf(count, runs));
    }),
  );
}

function comparisonRows(about: string, comparison: CellComparison): Row[] {
  const { pairs, mean, median, improvement, wilcoxon, adjusted } = comparison;
  const of = { about, ...pairColumns(comparison) };
  return [
    row(of, "meanDifference", pairs, mean),
    row(of, "medianDifference", pairs, median),
    row(of, "improvement", pairs, improvement),
    row(of, "wilcoxonP", pairs, wilcoxon.p),
    row(of, "wilcoxonHolmP", pairs, adjusted),
  ];
}

function spreadRows(comparison: SpreadComparison): Row[] {
  const { pairs, iqr, sd, brownForsythe, adjusted } = comparison;
  const of = { about: "spread", ...pairColumns(comparison) };
  return [
    row(of, "iqrRatio", pairs, iqr),
    row(of, "sdRatio", pairs, sd),
    row(of, "brownForsytheF", pairs, brownForsythe.statistic),
    row(of, "brownForsytheP", pairs, brownForsythe.p),
    row(of, "brownForsytheHolmP", pairs, adjusted),
  ];
}

function pairColumns({ first, second }: Pick<CellComparison, "first" | "second">): Row {
  const { model, correlation, point } = first;
  const other = { otherModel: second.model, otherCorrelation: second.correlation, otherPoint: pointText(second.point) };
  return { model, correlation, ...point, ...other };
}
