import type { LossSet } from "../../records/record.ts";
import { cellAttributes } from "./cell-curves.ts";
import { byCell, correlationsOf, type DrawnCell, modelsOf, type OfCell, type SweepFacts } from "./facts.ts";
import type { FigureOptions, Lacking, Picture } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import type { Quantiles } from "./run-curves.ts";
import { across, down, markerAt } from "./series.ts";
import { leftOutSentence, ofOneModel, someOf } from "./shown.ts";
import { modelLabel, type SeriesStyle, stylesIn } from "./style.ts";
import { element } from "./svg.ts";
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

/** Summary of the final losses of a cell's runs. */
export type DistributionRow = OfCell &
  Quantiles & { readonly runs: number; readonly loss: LossSet; readonly mean: number };

interface Summary extends DistributionRow {
  readonly cell: DrawnCell;
}

/** How the final losses of each cell's runs are spread: a box for each cell, thousands by correlation. */
export function distributions(
  rows: readonly DistributionRow[],
  sweep: SweepFacts,
  options: FigureOptions,
): Picture | Lacking {
  const summaries = byCell(rows, sweep).map(({ cell, rows: [row] }) => ({ ...(row as DistributionRow), cell }));
  if (summaries.length === 0) return { name: NAME, lacking: "no run is done" };
  const cells = summaries.map(({ cell }) => cell);
  const theme = themeOf(options.theme);
  const styles = stylesIn(cells, sweep, theme);
  const all = correlationsOf(cells);
  const drawn = someOf(all, Math.max(1, Math.floor(ROWS / styles.size)));
  const groups = drawn.map((p) => ({
    title: correlationTitle(p, sweep),
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
  const caption = `${captionStart(sweep, options)}${leftOutSentence(all, drawn)} ${runsSentence(cells, sweep)}`;
  return page(
    { name: NAME, title: `Spread of the final losses${ofOneModel(modelsOf(cells))}`, caption, height, theme },
    nodes,
  );
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
    words: `${cellWords(cell)}: median ${median.toFixed(4)}, quartiles ${q25.toFixed(4)} and ${q75.toFixed(4)}, mean ${summary.mean.toFixed(4)}`,
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

function captionStart(sweep: SweepFacts, { loss, unit }: FigureOptions): string {
  return (
    `${capitalised(lossName(loss))} of ${tasksWords(sweep)} after the last step (${unitsSentence({ loss, unit })}). Box: quartiles, with a line at the median; whiskers: ` +
    "the middle 90 % of the runs; dots: the least and the greatest; triangle above: the mean."
  );
}
