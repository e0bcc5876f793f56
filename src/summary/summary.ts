import type { LossSet } from "../config/losses.ts";
import { type Cell, cellOf, pointText } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { type CsvValue, toCsv } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses } from "../records/record.ts";
import { type Description, describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { shareOf } from "../stats/interval.ts";
import { mean } from "../stats/moments.ts";
import { pOf } from "../stats/pairs.ts";
import { BAD_LOSS } from "./bad-loss.ts";
import {
  betweenCorrelations,
  betweenModels,
  betweenPoints,
  type CellComparison,
  type SpreadComparison,
  spreadsBetweenModels,
} from "./comparisons.ts";
import { type CellRungs, type Rungs, rungsOf } from "./rungs.ts";
import type { TaskSummary } from "./task-summary.ts";

/** Final losses of a sweep: every cell, and cells in pairs that differ in the model, the correlation or the grid point alone. */
export interface Summary {
  readonly loss: LossSet;
  /** Runs with a higher loss are in bad minima. */
  readonly bad: number;
  readonly cells: readonly CellSummary[];
  readonly models: readonly CellComparison[];
  readonly correlations: readonly CellComparison[];
  /** Each grid point minus the first one. */
  readonly points: readonly CellComparison[];
  readonly spreads: readonly SpreadComparison[];
  /** The rungs of the ladder that runs end on; null for the running mean, and for rows of the user's own. */
  readonly rungs: Rungs | null;
}

export function summaryOf(results: Results, loss: LossSet, bad = BAD_LOSS): Summary {
  const cells = cellLosses(results, loss);
  return {
    loss,
    bad,
    cells: summarizeCells(cells, bad),
    models: betweenModels(cells),
    correlations: betweenCorrelations(cells),
    points: betweenPoints(cells),
    spreads: spreadsBetweenModels(cells),
    rungs: rungsOf(results, loss, bad) ?? null,
  };
}

/** Final losses of the runs of one cell. */
export interface CellSummary extends Cell {
  /** Ids and reasons of the runs that failed; no loss includes them. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  /** Share of failed runs among those that have ended. */
  readonly failedShare: Estimate;
  readonly missing: number;
  readonly loss: Description;
  /** Share of runs in bad minima among those that are done. */
  readonly badShare: Estimate;
}

/** Describes cells; a loss above `bad` is in a bad minimum. */
export function summarizeCells(cells: readonly CellLosses[], bad: number): CellSummary[] {
  return cells.map((cell) => {
    const { byRun, failed, missing, overlap } = cell;
    const losses = Float64Array.from(byRun.values());
    return {
      ...cellOf(cell),
      failed: failed.map(({ id, reason }) => ({ id, reason })),
      failedShare: shareOf(failed.length, failed.length + losses.length),
      missing,
      loss: describe(losses, overlap),
      badShare: shareOf(losses.filter((loss) => loss > bad).length, losses.length, overlap),
    };
  });
}

/** From this ratio of held-out to training loss on, models are said to have memorised. */
const MANY = 5;

/** Says that models have memorised the training rows of a table, if losses on held-out rows are many times those; else empty. */
export function memorisedText({ config, records }: Pick<Results, "config" | "records">): string {
  if (config.rows === null) return "";
  const meanOf = (set: "train" | "heldout") => mean(records.flatMap((record) => finalLosses(record, set)?.mean ?? []));
  const ratio = meanOf("heldout") / meanOf("train");
  if (!(ratio >= MANY)) return "";
  return `loss on held-out rows is ${ratio < 100 ? ratio.toFixed(0) : "over 100"} times that on training rows: the models have memorised these`;
}

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

function cellRows({ failed, failedShare, missing, loss, badShare, ...cell }: CellSummary): Row[] {
  const about = cellColumns("cell", cell);
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
  return cells.flatMap(({ loss, metrics, ...cell }) => {
    const about = cellColumns("task", cell);
    return Object.entries({ loss, ...metrics }).map(([what, value]) =>
      row(about, `${what} of ${name}`, value.runs, value),
    );
  });
}

/** Shares of runs whose tasks end on a rung; the last is above the ladder. */
function rungRows({ runs, tasks, ...cell }: CellRungs): Row[] {
  const about = cellColumns("rung", cell);
  return tasks.flatMap((counts, k) =>
    counts.map((count, rung) => {
      const name = rung < counts.length - 1 ? `Rung${rung}` : "Above";
      return row(about, `task${k + 1}${name}Share`, runs, shareOf(count, runs));
    }),
  );
}

function comparisonRows(about: string, comparison: CellComparison): Row[] {
  const { pairs, mean, median, improvement, correctedT, adjusted, needed } = comparison;
  const test = correctedT ? "correctedT" : "wilcoxon";
  const of = { about, ...pairColumns(comparison) };
  return [
    row(of, "meanDifference", pairs, mean),
    row(of, "medianDifference", pairs, median),
    row(of, "improvement", pairs, improvement),
    row(of, `${test}P`, pairs, pOf(comparison)),
    row(of, `${test}HolmP`, pairs, adjusted),
    row(of, "pairsNeeded", pairs, needed),
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

function cellColumns(about: string, { model, correlation, point }: Cell): Row {
  return { about, model, correlation, ...point, otherModel: "", otherCorrelation: "", otherPoint: "" };
}

function pairColumns({ first, second }: Pick<CellComparison, "first" | "second">): Row {
  const { model, correlation, point } = first;
  const other = { otherModel: second.model, otherCorrelation: second.correlation, otherPoint: pointText(second.point) };
  return { model, correlation, ...point, ...other };
}
