import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { type Box, panel } from "./axes.ts";
import { paperCurve } from "./cell-curves.ts";
import { correlationScale } from "./correlation-scale.ts";
import { endLabels, labelsWidth } from "./end-labels.ts";
import { asideOf, type EstimatePoint, estimateSeries } from "./estimate-series.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { estimate } from "./interval.ts";
import { legend, paperItem } from "./legend.ts";
import { heading, lossScale } from "./loss-axis.ts";
import { modelLosses } from "./model-losses.ts";
import { COLUMN, type Drawing, page } from "./page.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { correlationsOf, finalMeans, modelsOf, sweepCells } from "./sweep-cells.ts";
import { text } from "./text.ts";
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

const LEFT = 24;
const HEIGHT = 130;

function drawing(points: readonly CellPoint[], options: FigureOptions, theme: Theme): Drawing {
  const cells = points.map(({ cell }) => cell);
  const models = modelsOf(cells);
  const head = heading(lossHeading(options), { y: 0, theme });
  const paper = points.some(hasPaper) ? [paperItem("the paper, at the end of its Figure 4", theme)] : [];
  const names = legend(paper, { y: head.height + 9, theme });
  const room = labelsWidth(models.map(modelLabel)) + 2;
  const box: Box = {
    x: LEFT,
    y: head.height + 6 + (paper.length > 0 ? names.height : 0),
    width: COLUMN - LEFT - room,
    height: HEIGHT,
  };
  const frame = {
    x: correlationScale(correlationsOf(cells) as number[], [box.x + 8, box.x + box.width - 10]),
    y: lossScale(
      points.flatMap(({ value, low, high, paper }) => [value, low, high, paper]),
      options.scale,
      [box.y + HEIGHT, box.y],
    ),
  };
  const styles = modelStyles(models, theme);
  const series = models.map((model, i) => {
    const aside = asideOf(i, models.length);
    return estimateSeries(
      points.filter(({ cell }) => cell.model === model),
      { frame, aside, style: styles.get(model) as SeriesStyle, theme },
    );
  });
  const labels = models.map((model) => ({
    label: modelLabel(model),
    y: frame.y.at(points.findLast(({ cell }) => cell.model === model)?.value ?? 0),
    style: styles.get(model) as SeriesStyle,
    attributes: { "data-model": model },
  }));
  const beside = endLabels(labels, { x: box.x + box.width, top: box.y + 3, bottom: box.y + HEIGHT, theme });
  const bottom = box.y + HEIGHT + 24;
  const foot = text("task correlation", box.x + box.width / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, names.node, panel({ box, ...frame, theme }, series), beside, foot], height: bottom };
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
