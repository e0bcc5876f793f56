import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { mean } from "../stats/moments.ts";
import { cellAttributes } from "./cell-curves.ts";
import type { Figure, FigureOptions, Lacking } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { across, down, markerAt } from "./series.ts";
import { leftOutSentence, ofOneModel, someOf } from "./shown.ts";
import { type Quantiles, quantiles } from "./spreads.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { element } from "./svg.ts";
import { correlationsOf, finalMeans, modelsOf, type SweepCell, sweepCells } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  capitalised,
  correlationWords,
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
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / styles.size)));
  const groups = drawn.map((p) => ({
    title: correlationWords(p),
    rows: summaries
      .filter(({ cell }) => cell.correlation === p)
      .map((summary) => boxRow(summary, styles.get(summary.cell.model) as SeriesStyle, theme)),
  }));
  const values = summaries.flatMap(({ min, max }) => [min, max]);
  const { nodes, height } = rowChart(groups, {
    top: 0,
    theme,
    scale: (range) => lossScale(values, options.scale, range),
    foot: finalHeading(options),
  });
  const caption = `${captionStart(cells, options)}${leftOutSentence(all, drawn)} ${runsSentence(cells, results)}`;
  const data = summaries.map((summary) => rowOf(summary, options));
  return page(
    { name: NAME, title: `Spread of the final losses${ofOneModel(modelsOf(cells))}`, caption, height, theme, data },
    nodes,
  );
}

function summaryOf(cell: SweepCell, { loss }: FigureOptions): Summary {
  const losses = finalMeans(cell, loss).toSorted();
  return { cell, mean: mean(losses), ...quantiles(losses) };
}

const BOX = 5.6;
/** How far the box is below the middle of its row, to make room for the mean. */
const LOWER = 1.1;
const MEAN_AREA = 8;
/** From the middle of the mean's triangle to its tip. */
const MEAN_TIP = 2 * Math.sqrt(MEAN_AREA / (3 * Math.sqrt(3)));
/** Most rows of the chart. */
const ROWS = 42;

function boxRow(summary: Summary, { colour }: SeriesStyle, theme: Theme): Row {
  const { cell, min, q05, q25, median, q75, q95, max } = summary;
  return {
    label: modelLabel(cell.model),
    attributes: cellAttributes(cell),
    words: `${modelLabel(cell.model)}, ${correlationWords(cell.correlation)}: median ${median.toFixed(4)}, quartiles ${q25.toFixed(4)} and ${q75.toFixed(4)}, mean ${summary.mean.toFixed(4)}`,
    marks: (x, middle) => {
      const y = middle + LOWER;
      const top = y - BOX / 2;
      const box = { x: x.at(q25), y: top, width: x.at(q75) - x.at(q25), height: BOX };
      return [
        across(x.at(q05), x.at(q25), y, colour, 0.9),
        across(x.at(q75), x.at(q95), y, colour, 0.9),
        ...[q05, q95].map((end) => down(x.at(end), y - 2, y + 2, colour, 0.9)),
        ...[min, max].map((end) => element("circle", { cx: x.at(end), cy: y, r: 0.9, fill: colour })),
        element("rect", { ...box, fill: colour, "fill-opacity": 0.35, stroke: colour, "stroke-width": 0.6 }),
        down(x.at(median), top, top + BOX, theme.ink, 1.3),
        markerAt("triangle-down", x.at(summary.mean), top - MEAN_TIP, { fill: theme.ink, area: MEAN_AREA }),
      ];
    },
  };
}

function captionStart(cells: readonly SweepCell[], { loss, unit }: FigureOptions): string {
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(cells)} after the last step (${unitsSentence({ loss, unit })}). Box: quartiles, with a line at the median; whiskers: ` +
    "the middle 90 % of the runs; dots: the least and the greatest; triangle above: the mean."
  );
}

function rowOf({ cell, ...numbers }: Summary, { loss }: FigureOptions): Record<string, CsvValue> {
  return { model: cell.model, correlation: cell.correlation, runs: cell.runs.length, loss, ...numbers };
}
