import { unitText } from "../config/loss-unit.ts";
import { type Cell, cellKey } from "../records/cell.ts";
import type { CsvValue } from "../records/csv.ts";
import { type EachLoss, PAPER_TASKS, type RunRecord, tasksOf } from "../records/record.ts";
import { cellCurve } from "./curve-points.ts";
import type { FigureOptions } from "./figure.ts";
import { AXIS_END, type PublishedLoss, paperFigure, publishedFigure3, publishedFigure4 } from "./paper-points.ts";
import type { DrawnCurve } from "./step-panels.ts";
import type { SeriesStyle } from "./style.ts";
import type { SweepCell } from "./sweep-cells.ts";
import { capitalised, intervalWords, runsIn, statisticName, tasksWords } from "./words.ts";

/** A cell's curve in its style, with the paper's if the options ask for it and its figures have it. */
export function curveOf(cell: SweepCell, style: SeriesStyle, options: FigureOptions): DrawnCurve {
  return {
    style,
    attributes: cellAttributes(cell),
    points: cellCurve(cell, options),
    paper: paperCurve(cell, options),
  };
}

/** Attributes by which a page finds a cell's marks. */
export function cellAttributes({ model, correlation }: Cell) {
  return { "data-model": model, "data-correlation": correlation };
}

/**
 * The paper's curve of a cell, if the options ask for it and Figure 3 or 4 has it. The paper leaves open how many steps a
 * unit of its axis is: the whole axis is laid over the whole training.
 */
export function paperCurve(cell: SweepCell, { paper }: FigureOptions): PublishedLoss[] {
  const { steps, ...run } = cell.runs[0] as RunRecord;
  if (!paper || tasksOf(run) !== PAPER_TASKS) return [];
  return [...publishedFigure3(), ...publishedFigure4()]
    .filter((point) => cellKey(point) === cellKey(cell))
    .map((point) => ({ ...point, step: (point.step * steps) / AXIS_END }));
}

/** The sentence about the paper's curves, for a caption; empty if none is drawn. */
export function paperSentence(cells: readonly SweepCell[], curves: Iterable<DrawnCurve>): string {
  const figure = paperFigure([...curves].flatMap(({ paper }) => paper));
  if (figure === undefined) return "";
  const { steps } = (cells[0] as SweepCell).runs[0] as RunRecord;
  const unit = steps / AXIS_END;
  const axis =
    unit === 1 ? "" : `, whose axis is laid over ours: its unit as ${Number(unit.toPrecision(3))} steps (assumed)`;
  return ` Hollow markers: the paper's ${figure}${axis}; a mean over its 200 runs, it does not say of which rows.`;
}

/** The rows or batches that a point of a curve is about. */
const OVER: EachLoss<string> = {
  train: "over the batches since the point before",
  heldout: "on held-out rows",
  running: "over all batches since step 1",
};

/** What a curve shows, for a caption. */
export function curveSentences(cells: readonly SweepCell[], { loss, statistic, scale, unit }: FigureOptions): string {
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(cells)} against training steps (${unitText(unit)}; ${OVER[loss]}). ` +
    `${bandsSentence(cells, statistic)}${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}

export function bandsSentence(cells: readonly SweepCell[], statistic: FigureOptions["statistic"]): string {
  const how = statistic === "mean" ? "1.96 standard errors to either side" : "between order statistics";
  return `${intervalWords(runsIn(cells), `Bands: 95 % intervals over runs at each step (${how})`, "No bands")}.`;
}

/** A curve's numbers, one row for each step. */
export function curveRows(
  { model, correlation }: SweepCell,
  { points, paper }: Pick<DrawnCurve, "points" | "paper">,
  options: FigureOptions,
): Record<string, CsvValue>[] {
  const { loss, statistic } = options;
  const published = new Map(paper.map((point) => [point.step, point.loss]));
  return points.map(({ step, runs, value, low, high }) => {
    const row = { model, correlation, step, runs, loss, statistic, value, low, high };
    return options.paper ? { ...row, paper: published.get(step) ?? Number.NaN } : row;
  });
}
