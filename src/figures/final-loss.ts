import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { againstCorrelation } from "./against-correlation.ts";
import { paperCurve } from "./cell-curves.ts";
import type { EstimatePoint } from "./estimate-series.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { estimate } from "./interval.ts";
import { paperItem } from "./legend.ts";
import { lossScale } from "./loss-axis.ts";
import { modelLosses } from "./model-losses.ts";
import { type Drawing, page } from "./page.ts";
import { correlationsOf, finalMeans, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  areOnOwnRows,
  capitalised,
  lossHeading,
  runsSentence,
  statisticName,
  tasksWords,
  unitsSentence,
} from "./words.ts";

const NAME = "final-loss";

interface CellPoint extends EstimatePoint {
  /** The paper's at the end of its Figure 4; NaN if it has none, or if it was not asked for. */
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
    ...estimate(finalMeans(cell, options.loss), options.statistic),
    paper: paperCurve(cell, options).at(-1)?.loss ?? Number.NaN,
  }));
  const theme = themeOf(options.theme);
  const { nodes, height } = drawing(points, options, theme);
  return page(
    {
      name: NAME,
      title: "Final loss against correlation",
      caption: `${captionStart(points, options)} ${runsSentence(cells, results)}`,
      height,
      theme,
      data: points.map((point) => rowOf(point, options)),
    },
    nodes,
  );
}

function hasPaper({ paper }: CellPoint): boolean {
  return Number.isFinite(paper);
}

function drawing(points: readonly CellPoint[], options: FigureOptions, theme: Theme): Drawing {
  const values = points.flatMap(({ value, low, high, paper }) => [value, low, high, paper]);
  return againstCorrelation(points, {
    title: lossHeading(options),
    scale: (range) => lossScale(values, options.scale, range),
    key: points.some(hasPaper) ? [paperItem("the paper, at the end of its Figure 4", theme)] : [],
    theme,
  });
}

function captionStart(points: readonly CellPoint[], { loss, statistic, unit }: FigureOptions): string {
  const paper = points.some(hasPaper)
    ? " Hollow markers: the end of the paper's Figure 4, a mean over its 200 runs; it does not say of which rows."
    : "";
  return `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(points.map(({ cell }) => cell))} after the last step (${unitsSentence({ loss, unit })}), with its 95 % interval over runs.${paper}`;
}

function rowOf({ cell, value, low, high, paper }: CellPoint, options: FigureOptions): Record<string, CsvValue> {
  const { model, correlation, runs } = cell;
  const { loss, statistic } = options;
  const row = { model, correlation, runs: runs.length, loss, statistic, value, low, high };
  return options.paper ? { ...row, paper } : row;
}
