import { type GridPoint, type GridValue, pointText } from "../../identity/cell.ts";
import type { Estimate } from "../../stats/estimate.ts";
import { groupBy } from "../../stats/group-by.ts";
import { type Box, panel } from "./axes.ts";
import { type GridDrawing, gridDrawing, noRun, type Place, panelGrid } from "./cell-grid.ts";
import {
  asideOf,
  type EstimatePoint,
  estimateSeries,
  type FinalRow,
  slotWidth,
  WIDEST_SLOT,
} from "./estimate-series.ts";
import { correlationsOf, type DrawnCell, doneCells, type Listed, type OfCell, type SweepFacts } from "./facts.ts";
import type { Draw, FigureOptions } from "./figure.ts";
import { modelLegend } from "./legend.ts";
import { heading, lossScale } from "./loss-axis.ts";
import { type Row, type RowGroup, rowChart } from "./row-chart.ts";
import type { Scale } from "./scale.ts";
import { across, down, type Frame } from "./series.ts";
import { type SeriesStyle, stylesIn } from "./style.ts";
import type { SvgNode } from "./svg.ts";
import { type Theme, themeFor } from "./theme.ts";
import { type ValueScale, valueScale } from "./value-scale.ts";
import {
  areOnOwnRows,
  cellWords,
  correlationWords,
  estimateWords,
  finalLossWords,
  lossHeading,
  runsSentence,
  statisticName,
  withIntervals,
} from "./words.ts";

/** A cell's final loss; its grid point is in columns of the settings' names. */
export type SettingRow = FinalRow & GridPoint;

interface CellPoint extends EstimatePoint {
  /** Its row of panels: that of its other listed settings. */
  readonly row: number;
}

/** Final loss of each model against a listed setting, a panel for each correlation and choice of the other settings. */
export const againstSetting: Draw<SettingRow> = (rows, sweep, options) => {
  const axis = axisOf(sweep);
  if (axis === undefined) return { lacking: "its runs have one value of each setting", never: true };
  const { key } = axis;
  const estimates = estimatesOf(rows, sweep);
  if (estimates.length === 0) return { lacking: "no run is done" };
  const cells = estimates.map(({ cell }) => cell);
  const theme = themeFor(options);
  const styles = stylesIn(cells, sweep, theme);
  const inRows = isOfManyWords(axis);
  const { leftOut, ...contents } = inRows
    ? againstWords(estimates, { ...options, axis, othersOf: ({ point }) => othersText(point, key), styles, theme })
    : drawing(estimates, key, styles, { options, theme });
  return {
    title: `Final loss against ${key}`,
    caption: `${captionStart(cells, key, sweep, { ...options, inRows })}${leftOut} ${runsSentence(cells, sweep)}`,
    ...contents,
  };
};

/** The cells in which a run is done, with their estimates. */
function estimatesOf(rows: readonly SettingRow[], sweep: SweepFacts): CellEstimate[] {
  const keyOf = ({ model, correlation }: OfCell, point: GridPoint) => [model, correlation, pointText(point)].join();
  const pointIn = (row: SettingRow) => Object.fromEntries(sweep.listed.map(({ key }) => [key, row[key]]));
  const known = new Map(rows.map((row) => [keyOf(row, pointIn(row)), row]));
  return doneCells(sweep).flatMap((cell) => {
    const row = known.get(keyOf(cell, cell.point));
    return row === undefined ? [] : [{ cell, value: row.value, low: row.low, high: row.high }];
  });
}

/** The listed setting with the most values; the later one in a config, if two have as many. */
function axisOf({ listed }: SweepFacts): Listed | undefined {
  const [first, ...others] = listed;
  return first && others.reduce((most, one) => (one.values.length >= most.values.length ? one : most), first);
}

/** Words that a panel has no room for side by side. */
const MANY = 4;

function isOfManyWords({ values }: Listed): boolean {
  return values.length >= MANY && values.every((value) => typeof value === "string");
}

const LEFT = 24;
const HEIGHT = 78;

function drawing(
  estimates: readonly CellEstimate[],
  key: string,
  styles: ReadonlyMap<string, SeriesStyle>,
  { options, theme }: { options: FigureOptions; theme: Theme },
): GridDrawing {
  const cells = estimates.map(({ cell }) => cell);
  const rows = [...new Set(cells.map((cell) => othersText(cell.point, key)))];
  const head = heading(lossHeading(options), { y: 0, theme });
  const names = modelLegend(styles, { y: head.height + 9, theme, sample: "marked" });
  const layout = panelGrid(
    rows.map((title) => ({ title })),
    correlationsOf(cells),
    { top: head.height + names.height, height: HEIGHT, left: LEFT, theme },
  );
  const { placeOf } = valueScale(valuesIn(cells, key), [0, 1]);
  const points = estimates.map((one): CellPoint => {
    const { point } = one.cell;
    return { ...one, x: placeOf(point[key]), row: rows.indexOf(othersText(point, key)) };
  });
  const values = points.flatMap(({ value, low, high }) => [value, low, high]);
  const panels = rows.flatMap((_, row) =>
    layout.drawn.map((correlation) => {
      const place = layout.place(row, correlation) as Place;
      const attributes = { "data-correlation": correlation };
      const here = points.filter((point) => point.row === row && point.cell.correlation === correlation);
      if (here.length === 0) return noRun(place, attributes, { theme });
      const y = lossScale(values, options, [place.box.y + layout.height, place.box.y]);
      const { frame, slot } = frameOf(place.box, valuesIn(cells, key), y);
      return panel({ ...place, ...frame, theme, attributes }, seriesIn(here, { frame, slot, styles, theme }));
    }),
  );
  return gridDrawing(layout, { above: [...head.nodes, names.node], panels, foot: [key], theme });
}

/** Room in a panel beside its outermost slots. */
const SIDE = 3;

function frameOf({ x, width }: Box, values: readonly GridValue[], y: Scale): { frame: Frame; slot: number } {
  const slotIn = ({ scale, placeOf }: ValueScale) => slotWidth(values.map((value) => scale.at(placeOf(value))));
  const slot = slotIn(valueScale(values, [0, width - WIDEST_SLOT - 2 * SIDE]));
  const side = slot / 2 + SIDE;
  return { frame: { x: valueScale(values, [x + side, x + width - side]).scale, y }, slot };
}

interface SeriesPlace {
  readonly frame: Frame;
  readonly slot: number;
  readonly styles: ReadonlyMap<string, SeriesStyle>;
  readonly theme: Theme;
}

/** Each model's points in a panel. */
function seriesIn(here: readonly CellPoint[], { frame, slot, styles, theme }: SeriesPlace): SvgNode[] {
  return [...styles].flatMap(([model, style], i) => {
    const own = here.filter(({ cell }) => cell.model === model).sort((a, b) => a.x - b.x);
    const aside = asideOf(i, styles.size, slot);
    return own.length > 0 ? [estimateSeries(own, { frame, aside, style, theme })] : [];
  });
}

function valuesIn(cells: readonly DrawnCell[], key: string): GridValue[] {
  return cells.map(({ point }) => point[key]);
}

/** The choice of the other listed settings. */
function othersText(point: GridPoint, key: string): string {
  const { [key]: _, ...others } = point;
  return pointText(others);
}

function captionStart(
  cells: readonly DrawnCell[],
  key: string,
  sweep: SweepFacts,
  { inRows, ...options }: FigureOptions & { readonly inRows: boolean },
): string {
  const ofTable = areOnOwnRows(cells);
  const row = ofTable ? "each model and choice" : "each model, correlation and choice";
  const each = ofTable ? "each choice" : "each correlation and each choice";
  const parts = inRows
    ? `rows for ${row} of the other settings.`
    : `a panel for ${each} of the other settings. Models at one value are drawn side by side around its tick.`;
  return `${finalLossWords(sweep, options, statisticName(options))} against ${key}, ${withIntervals(cells)}; ${parts}`;
}

/** A cell's final loss. */
interface CellEstimate extends Estimate {
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
function againstWords(estimates: readonly CellEstimate[], options: WordsOptions): GridDrawing {
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
  return { ...rowChart(rows, { top: 2, theme, scale, foot: lossHeading(options) }), width: theme.width, leftOut: "" };
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
