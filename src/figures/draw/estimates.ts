// Points with intervals: a cell's statistic over its runs.
import { type Estimate, endsOf } from "../../stats/estimate.ts";
import { estimate } from "../../stats/interval.ts";
import { mean } from "../../stats/moments.ts";
import { facets, headed, keyed, stacked } from "./chart.ts";
import { cellAttributes } from "./curves.ts";
import { correlationsOf, type DrawnCell, modelsOf, type OfCell, type Recorded, type SweepCell } from "./facts.ts";
import type { Drawing, FigureOptions } from "./figure.ts";
import { endLabels, type LegendItem, labelsWidth, modelKey } from "./legend.ts";
import type { Row } from "./row-chart.ts";
import { correlationScale, type Range, type Scale } from "./scale.ts";
import { across, down, type Frame, linePath, markerAt, seriesMarker } from "./series.ts";
import type { SeriesStyle, StyledRows, Theme } from "./style.ts";
import { element, group, type SvgNode } from "./svg.ts";
import type { FigureData } from "./sweep-figure.ts";
import { cellWords, estimateWords, modelGroups } from "./words.ts";

export type EstimateRow = OfCell & Estimate & { readonly runs: number; readonly statistic: FigureOptions["statistic"] };

/** A cell's final loss with its interval, and more columns of the cell. */
export function finalRow<More extends object>(
  recorded: Recorded,
  cell: SweepCell,
  { loss, statistic }: FigureOptions,
  more: More,
) {
  const { model, correlation, runs } = cell;
  const { value, low, high } = estimate(recorded.finals(cell, loss), statistic, cell.overlap);
  return { model, correlation, ...more, runs: runs.length, loss, statistic, value, low, high };
}

/** A cell's statistic at a place on the horizontal axis. */
export interface EstimatePoint extends Estimate {
  readonly cell: DrawnCell;
  readonly style: SeriesStyle;
  readonly x: number;
  /** The paper's value; NaN or missing for none. */
  readonly paper?: number;
}

/** A point for each cell, with one row each. */
export function pointsOf<Row extends Estimate>(
  found: readonly StyledRows<Row>[],
  xOf: (cell: DrawnCell, row: Row) => number,
): (Row & EstimatePoint)[] {
  return found.map(({ cell, style, rows: [row] }) => ({ ...row, cell, style, x: xOf(cell, row) }));
}

/** Widest slot that the models at one place are spread over, in (typographic) points. */
export const WIDEST_SLOT = 24;
/** Share of the distance to the nearest other place that a slot takes. */
const SHARE = 0.7;

/** Width of the slot around each of some places on a horizontal axis: slots do not overlap. */
export function slotWidth(places: readonly number[]): number {
  const ordered = [...new Set(places)].sort((a, b) => a - b);
  const gaps = ordered.slice(1).map((place, i) => place - ordered[i]);
  return Math.min(WIDEST_SLOT, ...gaps.map((gap) => SHARE * gap));
}

/** Least room for a model in a slot, if the slot is that wide. */
const APART = 5;

/** How far to the right of its place the `i`-th of `count` models is drawn, within its slot. */
export function asideOf(i: number, count: number, slot: number): number {
  return (i - (count - 1) / 2) * Math.min(APART, slot / count);
}

/** One model's points, `aside` of their places: a line, a marker and an interval at each. */
export function estimateSeries(points: readonly EstimatePoint[], frame: Frame, theme: Theme, aside = 0): SvgNode {
  const [{ cell, style }] = points;
  const { y } = frame;
  const x = { ...frame.x, at: (value: number) => frame.x.at(value) + aside };
  const marks = points.map((point) => {
    const { cell, value, low, high, paper = Number.NaN } = point;
    const at = x.at(point.x);
    return group({ class: "point", ...cellAttributes(cell) }, [
      element("title", {}, [`${cellWords(cell)}: ${estimateWords(point, cell.runs, theme)}`]),
      ...(Number.isFinite(paper) ? [paperMark(style, at - APART / 2, y.at(paper))] : []),
      ...(Number.isFinite(low) ? [down(at, y.at(low), y.at(high), style.colour, 1)] : []),
      seriesMarker(style, at, y.at(value)),
    ]);
  });
  const line = points.map((point) => ({ x: point.x, y: point.value }));
  return group({ class: "series", "data-model": cell.model }, [
    ...(line.length > 1 ? [linePath(line, { x, y }, style)] : []),
    ...marks,
  ]);
}

/** The paper's value: hollow, and between the places of two models, so that it hides no interval. */
function paperMark({ marker, colour }: SeriesStyle, x: number, y: number): SvgNode {
  return group({ class: "paper" }, [markerAt(marker, x, y, { fill: "none", stroke: colour, area: 10 })]);
}

/** A row of a chart with a cell's statistic and its interval. */
export function estimateRow({ cell, style, ...found }: Omit<EstimatePoint, "x">, theme: Theme, digits = 4): Row {
  const { value, low, high, paper = Number.NaN } = found;
  return {
    label: cell.label,
    attributes: cellAttributes(cell),
    words: `${cellWords(cell)}: ${estimateWords(found, cell.runs, theme, digits)}`,
    marks: (x, y) => [
      ...(Number.isFinite(low) ? [across(x.at(low), x.at(high), y, style.colour, 1)] : []),
      markerAt(style.marker, x.at(value), y, { fill: style.colour }),
      ...(Number.isFinite(paper) ? [paperMark(style, x.at(paper), y)] : []),
    ],
  };
}

interface CorrelationChart extends Pick<FigureData<unknown>, "styles" | "theme"> {
  readonly heading: string;
  /** The vertical axis of values that include these. */
  readonly y: (values: readonly number[], range: Range) => Scale;
  /** A key above the panel, besides the models' names at the right. */
  readonly key?: readonly LegendItem[];
}

const HEIGHTS = { alone: 130, several: 92 } as const;
const LEFT = 24;
/** Share of the page that the models' names take at most beside the panels. */
const MOST_BESIDE = 0.5;
/** Room in a panel beside the slots of the outermost correlations. */
const SIDE = 2;

/**
 * A statistic of each cell against the correlation, a line for each model with its name beside the last point, or above the panels if
 * names are long. Many models are in several panels: those of like values in one.
 */
export function againstCorrelation(
  points: readonly EstimatePoint[],
  { styles, heading, y, key = [], theme }: CorrelationChart,
): Drawing {
  const items = modelKey(styles, { sample: "marked" });
  const wide = labelsWidth(
    items.map(({ label }) => label),
    true,
  );
  const areBeside = wide <= MOST_BESIDE * theme.width;
  const right = (areBeside ? wide : 0) + 2;
  const groups = groupsOf(points);
  const correlations = correlationsOf(points.map(({ cell }) => cell)).map(Number);
  const narrow = correlationScale(correlations, [0, theme.width - LEFT - right - WIDEST_SLOT - 2 * SIDE]);
  const slot = slotWidth(correlations.map(narrow.at));
  const side = slot / 2 + SIDE;
  const values = points.flatMap((point) => [...endsOf([point]), point.paper ?? point.value]);
  const seriesOf = (models: readonly string[]) =>
    models.map((model) => points.filter(({ cell }) => cell.model === model));
  const panels = facets<readonly string[]>(
    {
      rows: groups.map(() => ({})),
      columns: [{}],
      item: (row) => groups[row],
      right,
      height: groups.length === 1 ? HEIGHTS.alone : HEIGHTS.several,
      x: ([from, to]) => correlationScale(correlations, [from + side, to - side]),
      y: (range) => y(values, range),
      marks: (models, frame) =>
        seriesOf(models).map((own, m) => estimateSeries(own, frame, theme, asideOf(m, models.length, slot))),
      beside: (models, { y, box }) => {
        const ends = seriesOf(models).map((own) => {
          const { cell, style, value } = own[own.length - 1];
          return { label: style.label ?? cell.model, y: y.at(value), style, attributes: { "data-model": cell.model } };
        });
        const place = { x: box.x + box.width, top: box.y + 3, bottom: box.y + box.height, theme, marked: true };
        return areBeside ? [endLabels(ends, place)] : [];
      },
      foot: ["task correlation"],
    },
    theme,
  );
  return stacked([headed(heading, theme), keyed(areBeside ? key : [...items, ...key], theme, { below: 6 }), panels]);
}

/** For a caption: how the points of one correlation, and many models, are drawn. */
export function placesSentence(points: readonly EstimatePoint[]): string {
  const panels = groupsOf(points).length;
  const several = ` The models are in ${panels} panels with the same axes, from the highest values to the lowest.`;
  return ` Models at one correlation are drawn side by side around its tick.${panels > 1 ? several : ""}`;
}

/** The models of each panel; of several, from the highest values to the lowest. */
function groupsOf(points: readonly EstimatePoint[]): string[][] {
  const models = modelsOf(points.map(({ cell }) => cell));
  if (modelGroups(models).length === 1) return [models];
  const over = (model: string) => mean(points.filter(({ cell }) => cell.model === model).map(({ value }) => value));
  return modelGroups(models.toSorted((a, b) => over(b) - over(a)));
}
