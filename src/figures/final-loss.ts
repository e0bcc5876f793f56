import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { againstCorrelation, placesSentence } from "./against-correlation.ts";
import { paperCurve } from "./cell-curves.ts";
import type { EstimatePoint } from "./estimate-series.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { ofModels, paperItems } from "./legend.ts";
import { lossScale } from "./loss-axis.ts";
import { modelLosses } from "./model-losses.ts";
import { type Drawing, page } from "./page.ts";
import { paperFigure } from "./paper-points.ts";
import { ofOneModel } from "./shown.ts";
import { modelStyles } from "./style.ts";
import { correlationsOf, finalMeans, modelsOf, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  areOnOwnRows,
  capitalised,
  lossHeading,
  runsSentence,
  statisticName,
  tasksWords,
  unitsSentence,
  withIntervals,
} from "./words.ts";

const NAME = "final-loss";

interface CellPoint extends EstimatePoint {
  /** The paper's at the end of its curve; NaN if it has none, or if it was not asked for. */
  readonly paper: number;
}

/**
 * Final loss of each model against the correlation, with its 95 % interval over runs; on rows of the user's own, of each
 * model.
 */
export function finalLoss(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  if (areOnOwnRows(cells)) return modelLosses(cells, results, options);
  const correlations = correlationsOf(cells) as number[];
  if (correlations.length < 2) return { name: NAME, lacking: "runs are done at one correlation only" };
  const points = cells.map((cell) => ({
    cell,
    x: cell.correlation as number,
    ...drawnEstimate(finalMeans(cell, options.loss), options.statistic),
    paper: paperCurve(cell, options).at(-1)?.loss ?? Number.NaN,
  }));
  const theme = themeOf(options.theme);
  const { nodes, height } = drawing(points, options, theme);
  return page(
    {
      name: NAME,
      title: `Final loss${ofOneModel(modelsOf(cells))} against correlation`,
      caption: `${captionStart(points, options)} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: points.map((point) => rowOf(point, options)),
    },
    nodes,
  );
}

function drawing(points: readonly CellPoint[], options: FigureOptions, theme: Theme): Drawing {
  const published = publishedIn(points);
  const styles = modelStyles(modelsOf(points.map(({ cell }) => cell)), theme);
  const marks = ofModels(styles, modelsOf(published));
  return againstCorrelation(points, {
    styles,
    title: lossHeading(options),
    scale: (range, shown) => {
      const values = shown.flatMap(({ value, low, high, paper = Number.NaN }) => [value, low, high, paper]);
      return lossScale(values, options.scale, range);
    },
    key: paperItems(`the paper, at the end of its ${paperFigure(published)}`, marks),
    theme,
  });
}

/** The cells of which the paper's value is drawn. */
function publishedIn(points: readonly CellPoint[]) {
  return points.filter(({ paper }) => Number.isFinite(paper)).map(({ cell }) => cell);
}

function captionStart(points: readonly CellPoint[], { loss, statistic, unit }: FigureOptions): string {
  const figure = paperFigure(publishedIn(points));
  const paper =
    figure === undefined
      ? ""
      : ` Hollow markers: the end of the paper's ${figure}, a mean over its 200 runs; it does not say of which rows.`;
  return (
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(points.map(({ cell }) => cell))} after the last step (${unitsSentence({ loss, unit })}), ` +
    `${withIntervals(points.map(({ cell }) => cell))}.${placesSentence(points)}${paper}`
  );
}

function rowOf({ cell, value, low, high, paper }: CellPoint, options: FigureOptions): Record<string, CsvValue> {
  const { model, correlation, runs } = cell;
  const { loss, statistic } = options;
  const row = { model, correlation, runs: runs.length, loss, statistic, value, low, high };
  return options.paper ? { ...row, paper } : row;
}
