import type { Estimate } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import type { GridDrawing } from "./cell-grid.ts";
import type { DrawnCell, Listed } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { lossScale } from "./loss-axis.ts";
import { COLUMN } from "./page.ts";
import { type Row, type RowGroup, rowChart } from "./row-chart.ts";
import { across, down } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import type { Theme } from "./theme.ts";
import { cellWords, correlationWords, estimateWords, lossHeading } from "./words.ts";

/** A cell's final loss. */
export interface CellEstimate extends Estimate {
  readonly cell: DrawnCell;
}

interface WordsOptions extends Omit<FigureOptions, "theme"> {
  /** The setting whose values are words, in the order in which they are drawn. */
  readonly axis: Listed;
  /** The choice of the other listed settings. */
  readonly othersOf: (cell: DrawnCell) => string;
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly theme: Theme;
}

/** Final losses against a setting of many words: a row for each, in a group for each model, correlation and other choice. */
export function againstWords(estimates: readonly CellEstimate[], options: WordsOptions): GridDrawing {
  const { theme, axis, othersOf, styles } = options;
  const groups = groupBy(estimates, ({ cell }) => {
    const words = [cell.label, correlationWords(cell.correlation), othersOf(cell)];
    return words.filter((word) => word !== "").join(", ");
  });
  const values = axis.values.map(String);
  const placeOf = ({ cell }: CellEstimate) => values.indexOf(String(cell.point[axis.key]));
  const rows = [...groups].map(([title, own]): RowGroup => {
    const ordered = own.toSorted((a, b) => placeOf(a) - placeOf(b));
    return { title, rows: ordered.map((one) => rowOf(one, styles.get(one.cell.model) as SeriesStyle, options)) };
  });
  const losses = estimates.flatMap(({ value, low, high }) => [value, low, high]);
  const scale = (range: readonly [number, number]) => lossScale(losses, options, range);
  return { ...rowChart(rows, { top: 2, theme, scale, foot: lossHeading(options) }), width: COLUMN, leftOut: "" };
}

function rowOf({ cell, ...found }: CellEstimate, { colour }: SeriesStyle, { axis, theme }: WordsOptions): Row {
  const { model, correlation, point, runs } = cell;
  const { value, low, high } = found;
  return {
    label: String(point[axis.key]),
    attributes: { "data-model": model, "data-correlation": correlation },
    words: `${cellWords(cell)}: ${estimateWords(found, runs, theme)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 2)] : []),
      down(x.at(value), y - 3.6, y + 3.6, colour, 1.6),
    ],
  };
}
