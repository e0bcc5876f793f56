import type { CsvValue } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import type { Estimate } from "../stats/estimate.ts";
import { cellAttributes } from "./cell-curves.ts";
import type { Figure, FigureOptions } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { across, markerAt } from "./series.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { finalMeans, modelsOf, type SweepCell } from "./sweep-cells.ts";
import { type Theme, themeOf } from "./theme.ts";
import {
  capitalised,
  cellWords,
  correlationTitle,
  estimateWords,
  finalHeading,
  runsSentence,
  statisticName,
  tasksWords,
  unitsSentence,
  withIntervals,
} from "./words.ts";

interface ModelLoss extends Estimate {
  readonly cell: SweepCell;
}

/** Final loss of each model with its 95 % interval over runs, a row for each: for cells without correlations. */
export function modelLosses(cells: readonly SweepCell[], results: Results, options: FigureOptions): Figure {
  const { loss, statistic, unit } = options;
  const losses = cells.map((cell): ModelLoss => ({ cell, ...drawnEstimate(finalMeans(cell, loss), statistic) }));
  const theme = themeOf(options.theme);
  const styles = modelStyles(modelsOf(cells), theme);
  const rows = losses.map((one) => rowOf(one, styles.get(one.cell.model) as SeriesStyle, theme));
  const { nodes, height } = rowChart([{ title: correlationTitle(null, results.config), rows }], {
    top: 2,
    theme,
    scale: (range) =>
      lossScale(
        losses.flatMap(({ value, low, high }) => [value, low, high]),
        options.scale,
        range,
      ),
    foot: finalHeading(options),
  });
  const caption =
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(cells)} after the last step ` +
    `(${unitsSentence({ loss, unit })}), ${withIntervals(cells)}. ${runsSentence(cells, results)}`;
  const data = losses.map((one) => dataRow(one, options));
  return page({ name: "final-loss", title: "Final loss of each model", caption, height, theme, data }, nodes);
}

function rowOf({ cell, ...value }: ModelLoss, { colour, marker }: SeriesStyle, theme: Theme): Row {
  const { low, high } = value;
  return {
    label: modelLabel(cell.model),
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: ${estimateWords(value, cell.runs.length, theme)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 1)] : []),
      markerAt(marker, x.at(value.value), y, { fill: colour }),
    ],
  };
}

function dataRow({ cell, value, low, high }: ModelLoss, { loss, statistic }: FigureOptions): Record<string, CsvValue> {
  return { model: cell.model, correlation: null, runs: cell.runs.length, loss, statistic, value, low, high };
}
