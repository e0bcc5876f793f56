import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { multiplied } from "../../stats/interval.ts";
import { paperCurve } from "../draw/curves.ts";
import {
  againstCorrelation,
  type EstimatePoint,
  estimateRow,
  finalRow,
  placesSentence,
  pointsOf,
} from "../draw/estimates.ts";
import { correlationsOf, doneCells, modelsOf } from "../draw/facts.ts";
import { lossFactor } from "../draw/figure.ts";
import { paperItems } from "../draw/legend.ts";
import { paperFigure } from "../draw/paper-points.ts";
import { rowChart } from "../draw/row-chart.ts";
import { lossScale } from "../draw/scale.ts";
import { type FigureData, figure, type TitledDrawing } from "../draw/sweep-figure.ts";
import * as words from "../draw/words.ts";

/** Final loss of each model against the correlation; at a single one, and on rows of the user's own, of each model. */
export const finalLoss = figure({
  name: "final-loss",
  about: "final loss against correlation",
  supports: ["loss", "statistic", "scale", "paper", "sum"],
  rows: (recorded, options) => {
    const { sweep, cells } = recorded;
    const done = doneCells(sweep);
    return cells.map((cell, i) => {
      const row = multiplied(finalRow(recorded, cell, options, {}), lossFactor(sweep, options));
      if (!options.paper || cell.correlation === null) return row;
      return { ...row, paper: paperCurve(done[i], sweep, options).at(-1)?.loss ?? Number.NaN };
    });
  },
  draw: (given) => {
    const { found, cells, styles, sweep, options, theme } = given;
    if (found.length === 0) return { lacking: "no run is done" };
    const points = pointsOf(found, ({ correlation }) => correlation ?? 0).map((point): EstimatePoint => {
      return { ...point, paper: paperCurve(point.cell, sweep, options).at(-1)?.loss ?? Number.NaN };
    });
    const published = points.flatMap(({ cell, paper }) => (Number.isFinite(paper) ? [cell] : []));
    const figure = paperFigure(published);
    const marks = [...styles].flatMap(([model, style]) => (modelsOf(published).includes(model) ? [style] : []));
    const paper = figure
      ? ` Hollow markers: the end of the paper's ${figure}, a mean over its 200 runs; it does not say of which rows.`
      : "";
    if (correlationsOf(cells).length < 2) return ofModels(given, points, paper);
    return {
      title: `Final loss${words.ofOneModel(cells)} against correlation`,
      caption: `${captionStart(given)}${placesSentence(points)}${paper}`,
      ...againstCorrelation(points, {
        styles,
        heading: words.lossHeading(options),
        y: (values, range) => lossScale(values, options, range),
        key: paperItems(`the paper, at the end of its ${figure}`, marks),
        theme,
      }),
    };
  },
});

function captionStart({ cells, sweep, options }: FigureData<unknown>): string {
  return `${words.finalLossWords(sweep, options, words.statisticName(options))}, ${words.withIntervals(cells)}.`;
}

/** A row for each model, where there is one correlation or none. */
function ofModels(given: FigureData<Estimate>, points: readonly EstimatePoint[], paperSentence: string): TitledDrawing {
  const { sweep, options, theme } = given;
  const rows = points.map((point) => estimateRow(point, theme));
  const values = [...endsOf(points), ...points.map(({ paper = Number.NaN }) => paper)];
  const chart = rowChart([{ title: words.correlationTitle(null, [null], sweep), rows, values }], {
    theme,
    scale: (range, values) => lossScale(values, options, range),
    foot: words.finalHeading(options),
  });
  return { title: "Final loss of each model", caption: `${captionStart(given)}${paperSentence}`, ...chart };
}
