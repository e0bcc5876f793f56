import type { GridKey } from "../config/settings.ts";
import type { GridDrawing } from "./cell-grid.ts";
import type { FigureOptions } from "./figure.ts";
import { drawnEstimate } from "./interval.ts";
import { lossScale } from "./loss-axis.ts";
import { COLUMN } from "./page.ts";
import { type Row, type RowGroup, rowChart } from "./row-chart.ts";
import { across, down } from "./series.ts";
import { modelLabel, modelStyles, type SeriesStyle } from "./style.ts";
import { finalMeans, modelsOf, type SweepCell } from "./sweep-cells.ts";
import type { Theme } from "./theme.ts";
import { cellWords, correlationWords, estimateWords, lossHeading } from "./words.ts";

interface WordsOptions extends FigureOptions {
  /** The setting whose values are words, in the order in which they are drawn. */
  readonly key: GridKey;
  readonly values: readonly string[];
  /** The choice of the other listed settings. */
  readonly othersOf: (cell: SweepCell) => string;
  readonly colours: Theme;
}

/** Final losses against a setting of many words: a row for each, in a group for each model, correlation and other choice. */
export function againstWords(cells: readonly SweepCell[], options: WordsOptions): GridDrawing {
  const { colours: theme, key, values, othersOf } = options;
  const styles = modelStyles(modelsOf(cells), theme);
  const groups = new Map<string, SweepCell[]>();
  for (const cell of cells) {
    const words = [modelLabel(cell.model), correlationWords(cell.correlation), othersOf(cell)];
    const title = words.filter((word) => word !== "").join(", ");
    groups.set(title, [...(groups.get(title) ?? []), cell]);
  }
  const placeOf = ({ point }: SweepCell) => values.indexOf(String(point[key]));
  const rows = [...groups].map(([title, own]): RowGroup => {
    const ordered = own.toSorted((a, b) => placeOf(a) - placeOf(b));
    return { title, rows: ordered.map((cell) => rowOf(cell, styles.get(cell.model) as SeriesStyle, options)) };
  });
  const losses = cells.flatMap((cell) =>
    Object.values(drawnEstimate(finalMeans(cell, options.loss), options.statistic)),
  );
  const scale = (range: readonly [number, number]) => lossScale(losses, options.scale, range);
  return { ...rowChart(rows, { top: 2, theme, scale, foot: lossHeading(options) }), width: COLUMN, leftOut: "" };
}

function rowOf(cell: SweepCell, { colour }: SeriesStyle, { key, loss, statistic, colours }: WordsOptions): Row {
  const { model, correlation, point, runs } = cell;
  const found = drawnEstimate(finalMeans(cell, loss), statistic);
  const { value, low, high } = found;
  return {
    label: String(point[key]),
    attributes: { "data-model": model, "data-correlation": correlation },
    words: `${cellWords(cell)}: ${estimateWords(found, runs.length, colours)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, colour, 2)] : []),
      down(x.at(value), y - 3.6, y + 3.6, colour, 1.6),
    ],
  };
}
