import type { Estimate } from "../../stats/estimate.ts";
import { cellAttributes, paperCurve } from "./cell-curves.ts";
import { againstCorrelation, type EstimatePoint, type FinalRow, placesSentence } from "./estimates.ts";
import { correlationsOf, type DrawnCell, modelsOf } from "./facts.ts";
import type { Draw, Drawing, Given, TitledDrawing } from "./figure.ts";
import { ofModels, paperItems } from "./legend.ts";
import { paperFigure } from "./paper-points.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { lossScale } from "./scale.ts";
import { across, markerAt } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import {
  areOnOwnRows,
  cellWords,
  correlationTitle,
  estimateWords,
  finalHeading,
  finalLossWords,
  lossHeading,
  ofOneModel,
  statisticName,
  withIntervals,
} from "./words.ts";

/** A cell's final loss, and the paper's if its points were asked for. */
export type FinalLossRow = FinalRow & { readonly paper?: number };

interface CellPoint extends EstimatePoint {
  /** The paper's at the end of its curve; NaN if it has none, or if it was not asked for. */
  readonly paper: number;
}

/**
 * Final loss of each model against the correlation, with its 95 % interval over runs; on rows of the user's own, of each
 * model.
 */
export const finalLoss: Draw<FinalLossRow> = (given) => {
  const { found, cells, sweep, options } = given;
  if (found.length === 0) return { lacking: "no run is done" };
  if (areOnOwnRows(cells)) return modelLosses(given);
  if (correlationsOf(cells).length < 2) return { lacking: "runs are done at one correlation only" };
  const points = found.map(({ cell, rows: [row] }) => ({
    ...row,
    cell,
    x: cell.correlation as number,
    paper: paperCurve(cell, sweep, options).at(-1)?.loss ?? Number.NaN,
  }));
  return {
    title: `Final loss${ofOneModel(cells)} against correlation`,
    caption: captionStart(points, given),
    ...drawing(points, given),
  };
};

function drawing(points: readonly CellPoint[], { styles, options, theme }: Given<FinalLossRow>): Drawing {
  const published = publishedIn(points);
  const marks = ofModels(styles, modelsOf(published));
  const values = points.flatMap(({ value, low, high, paper }) => [value, low, high, paper]);
  return againstCorrelation(points, {
    styles,
    title: lossHeading(options),
    scale: (range) => lossScale(values, options, range),
    key: paperItems(`the paper, at the end of its ${paperFigure(published)}`, marks),
    theme,
  });
}

/** The cells of which the paper's value is drawn. */
function publishedIn(points: readonly CellPoint[]) {
  return points.filter(({ paper }) => Number.isFinite(paper)).map(({ cell }) => cell);
}

function captionStart(points: readonly CellPoint[], { cells, sweep, options }: Given<FinalLossRow>): string {
  const figure = paperFigure(publishedIn(points));
  const paper =
    figure === undefined
      ? ""
      : ` Hollow markers: the end of the paper's ${figure}, a mean over its 200 runs; it does not say of which rows.`;
  const losses = finalLossWords(sweep, options, statisticName(options));
  return `${losses}, ${withIntervals(cells)}.${placesSentence(points)}${paper}`;
}

/** Final loss of each model with its 95 % interval over runs, a row for each: for cells without correlations. */
function modelLosses({ found, cells, sweep, options, theme }: Given<FinalLossRow>): TitledDrawing {
  const values = found.flatMap(({ rows: [{ value, low, high }] }) => [value, low, high]);
  const rows = found.map(({ cell, rows: [row], style }) => estimateMarks(cell, row, style, theme));
  const contents = rowChart([{ title: correlationTitle(null, sweep), rows, values }], {
    top: 2,
    theme,
    scale: (range) => lossScale(values, options, range),
    foot: finalHeading(options),
  });
  const caption = `${finalLossWords(sweep, options, statisticName(options))}, ${withIntervals(cells)}.`;
  return { title: "Final loss of each model", caption, ...contents };
}

/** A row with a cell's statistic and its interval. */
export function estimateMarks(cell: DrawnCell, found: Estimate, { colour, marker }: SeriesStyle, theme: Theme): Row {
  const { value, low, high } = found;
  return {
    label: cell.label,
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: ${estimateWords(found, cell.runs, theme)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 1)] : []),
      markerAt(marker, x.at(value), y, { fill: colour }),
    ],
  };
}
