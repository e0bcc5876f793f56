import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { mean } from "../stats/moments.ts";
import { cellAttributes } from "./cell-curves.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { across, down, markerAt } from "./series.ts";
import { type Quantiles, quantiles } from "./spreads.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { element } from "./svg.ts";
import { correlationsOf, finalMeans, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  capitalised,
  cellWords,
  correlationTitle,
  finalHeading,
  lossName,
  runsSentence,
  tasksWords,
  unitsSentence,
} from "./words.ts";

const NAME = "distributions";

/** Summary of the final losses of a cell's runs, which is drawn. */
interface Summary extends Quantiles {
  readonly cell: SweepCell;
  readonly mean: number;
}

/** How the final losses of each cell's runs are spread: a box for each cell, thousands by correlation. */
export function distributions(results: Results, options: FigureOptions): Figure | Lacking {
  const cells = sweepCells(results);
  if (cells.length === 0) return { name: NAME, lacking: "no run is done" };
  const summaries = cells.map((cell) => summaryOf(cell, options));
  const theme = themeOf(options.theme);
  const styles = modelStyles(modelsOf(cells), theme);
  const groups = correlationsOf(cells).map((p) => ({
    title: correlationTitle(p, results.config),
    rows: summaries
      .filter(({ cell }) => cell.correlation === p)
      .map((summary) => boxRow(summary, styles.get(summary.cell.model) as SeriesStyle, theme)),
  }));
  const values = summaries.flatMap(({ min, max }) => [min, max]);
  const { nodes, height } = rowChart(groups, {
    top: 2,
    theme,
    scale: (range) => lossScale(values, options.scale, range),
    foot: finalHeading(options),
  });
  const caption = `${captionStart(cells, options)} ${runsSentence(cells, results)}`;
  const data = summaries.map((summary) => rowOf(summary, options));
  return page({ name: NAME, title: "Spread of the final losses", caption, height, theme, data }, nodes);
}

function summaryOf(cell: SweepCell, { loss }: FigureOptions): Summary {
  const losses = finalMeans(cell, loss).toSorted();
  return { cell, mean: mean(losses), ...quantiles(losses) };
}

const BOX = 6.5;

function boxRow(summary: Summary, { colour }: SeriesStyle, theme: Theme): Row {
  const { cell, min, q05, q25, median, q75, q95, max } = summary;
  return {
    label: modelLabel(cell.model),
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: median ${median.toFixed(4)}, quartiles ${q25.toFixed(4)} and ${q75.toFixed(4)}, mean ${summary.mean.toFixed(4)}`,
    marks: (x, y) => [
      across(x.at(q05), x.at(q95), y, colour, 0.9),
      ...[q05, q95].map((end) => down(x.at(end), y - 2, y + 2, colour, 0.9)),
      ...[min, max].map((end) => element("circle", { cx: x.at(end), cy: y, r: 0.9, fill: colour })),
      element("rect", { x: x.at(q25), y: y - BOX / 2, width: x.at(q75) - x.at(q25), height: BOX, fill: colour }),
      down(x.at(median), y - BOX / 2, y + BOX / 2, theme.background, 1.4),
      markerAt("diamond", x.at(summary.mean), y, { fill: theme.background, stroke: theme.ink, area: 10 }),
    ],
  };
}

function captionStart(cells: readonly SweepCell[], { loss, unit }: FigureOptions): string {
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(cells)} after the last step (${unitsSentence({ loss, unit })}). Box: quartiles, with the median; whiskers: ` +
    "the middle 90 % of the runs; dots: the least and the greatest; diamond: the mean."
  );
}

function rowOf({ cell, ...numbers }: Summary, { loss }: FigureOptions): Record<string, CsvValue> {
  return { model: cell.model, correlation: cell.correlation, runs: cell.runs.length, loss, ...numbers };
}
