import { type EachLoss, type LossSet, unitText } from "../../config/losses.ts";
import type { Cell } from "../../identity/cell.ts";
import type { CurvePoint, DrawnCurve } from "./curve-panels.ts";
import type { DrawnCell, OfCell, SweepFacts } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { AXIS_END, type PublishedLoss, paperFigure } from "./paper-points.ts";
import type { StyledRows } from "./style.ts";
import { capitalised, intervalWords, runsIn, statisticName, tasksWords } from "./words.ts";

/** A point of a cell's curve. */
export type CurveRow = OfCell &
  CurvePoint & {
    readonly loss: LossSet;
    readonly statistic: FigureOptions["statistic"];
    /** The paper's value at this step, if its points were asked for; NaN if it has none. */
    readonly paper?: number;
  };

/** A cell's curve in a style, with the paper's if there is one. */
export function curveOf(
  { cell, rows, style }: StyledRows<CurvePoint>,
  paper: readonly PublishedLoss[] = [],
): DrawnCurve {
  return { style, attributes: cellAttributes(cell), points: rows, paper };
}

/** Attributes by which a page finds a cell's marks. */
export function cellAttributes({ model, correlation }: Pick<Cell, "model" | "correlation">) {
  return { "data-model": model, "data-correlation": correlation };
}

/**
 * The paper's curve of a cell, if the options ask for it and Figure 3 or 4 has it. The paper leaves open how many steps a
 * unit of its axis is: the whole axis is laid over the whole training.
 */
export function paperCurve(cell: DrawnCell, sweep: SweepFacts, { paper }: FigureOptions): PublishedLoss[] {
  if (!paper) return [];
  return sweep.paper
    .filter(({ model, correlation }) => model === cell.model && correlation === cell.correlation)
    .map((point) => ({ ...point, step: (point.step * cell.steps) / AXIS_END }));
}

/** The sentence about the paper's curves, for a caption; empty if none is drawn. */
export function paperSentence(cells: readonly DrawnCell[], curves: Iterable<DrawnCurve>): string {
  const figure = paperFigure([...curves].flatMap(({ paper }) => paper));
  if (figure === undefined) return "";
  const { steps } = cells[0];
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
export function curveSentences(
  cells: readonly DrawnCell[],
  sweep: SweepFacts,
  { loss, statistic, scale, unit }: FigureOptions,
): string {
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(sweep)} against training steps (${unitText(unit)}; ${OVER[loss]}). ` +
    `${bandsSentence(cells, statistic)}${scale === "linear" ? " The first steps may lie above the frame." : ""}`
  );
}

export function bandsSentence(cells: readonly DrawnCell[], statistic: FigureOptions["statistic"]): string {
  const how = statistic === "mean" ? "1.96 standard errors to either side" : "between order statistics";
  return `${intervalWords(runsIn(cells), `Bands: 95 % intervals over runs at each step (${how})`, "No bands")}.`;
}
