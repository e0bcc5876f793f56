import { cellAttributes } from "./cell-curves.ts";
import type { EstimateRow } from "./estimate-series.ts";
import type { CellRows, DrawnCell, SweepFacts } from "./facts.ts";
import type { FigureOptions, Picture } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { page } from "./page.ts";
import { type Row, rowChart } from "./row-chart.ts";
import { across, markerAt } from "./series.ts";
import { type SeriesStyle, stylesIn } from "./style.ts";
import { type Theme, themeFor } from "./theme.ts";
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

/** A cell's statistic with its interval. */
interface ModelLoss extends EstimateRow {
  readonly cell: DrawnCell;
}

/** Final loss of each model with its 95 % interval over runs, a row for each: for cells without correlations. */
export function modelLosses(
  found: readonly CellRows<EstimateRow>[],
  sweep: SweepFacts,
  options: FigureOptions,
): Picture {
  const { loss, statistic, unit } = options;
  const losses = found.map(({ cell, rows: [row] }): ModelLoss => ({ ...row, cell }));
  const cells = found.map(({ cell }) => cell);
  const theme = themeFor(options);
  const styles = stylesIn(cells, sweep, theme);
  const rows = losses.map((one) => estimateMarks(one, styles.get(one.cell.model) as SeriesStyle, theme));
  const { nodes, height } = rowChart([{ title: correlationTitle(null, sweep), rows }], {
    top: 2,
    theme,
    scale: (range) =>
      lossScale(
        losses.flatMap(({ value, low, high }) => [value, low, high]),
        options,
        range,
      ),
    foot: finalHeading(options),
  });
  const caption =
    `${capitalised(statisticName({ loss, statistic }))} of ${tasksWords(sweep)} after the last step ` +
    `(${unitsSentence({ loss, unit })}), ${withIntervals(cells)}. ${runsSentence(cells, sweep)}`;
  return page({ name: "final-loss", title: "Final loss of each model", caption, height, theme }, nodes);
}

/** A row with a cell's statistic and its interval. */
export function estimateMarks({ cell, ...value }: ModelLoss, { colour, marker }: SeriesStyle, theme: Theme): Row {
  const { low, high } = value;
  return {
    label: cell.label,
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: ${estimateWords(value, cell.runs, theme)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 1)] : []),
      markerAt(marker, x.at(value.value), y, { fill: colour }),
    ],
  };
}
