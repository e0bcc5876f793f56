import type { Estimate } from "../../stats/estimate.ts";
import { mean } from "../../stats/moments.ts";
import { panel } from "./axes.ts";
import { cellAttributes } from "./cell-curves.ts";
import { correlationsOf, type DrawnCell, modelsOf, type OfCell } from "./facts.ts";
import type { Drawing, FigureOptions, Given } from "./figure.ts";
import { endLabels, type LegendItem, labelsWidth, legend, modelItems } from "./legend.ts";
import { correlationScale, type Scale } from "./scale.ts";
import { down, type Frame, linePath, markerAt, seriesMarker } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import { element, group, heading, type SvgNode, text } from "./svg.ts";
import { cellWords, estimateWords, modelGroups } from "./words.ts";

/** A cell's statistic with its interval. */
export type EstimateRow = OfCell & Estimate & { readonly runs: number };

/** That of its final loss. */
export type FinalRow = EstimateRow & Pick<FigureOptions, "loss" | "statistic">;

/** A cell's statistic with its interval, at a place on the horizontal axis. */
export interface EstimatePoint extends Estimate {
  readonly cell: DrawnCell;
  readonly x: number;
  /** The paper's value; NaN or missing for none. */
  readonly paper?: number;
}

interface SeriesOptions {
  readonly frame: Frame;
  /** Points to the right of its place, so that models' intervals don't cover each other. */
  readonly aside: number;
  readonly style: SeriesStyle;
  readonly theme: Theme;
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

/** One model's points: a line, a marker and an interval at each. */
export function estimateSeries(
  points: readonly EstimatePoint[],
  { frame, aside, style, theme }: SeriesOptions,
): SvgNode {
  const { y } = frame;
  const x = { ...frame.x, at: (value: number) => frame.x.at(value) + aside };
  const line = points.map((point) => ({ x: point.x, y: point.value }));
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
  const model = points[0]?.cell.model;
  return group({ class: "series", "data-model": model }, [
    ...(line.length > 1 ? [linePath(line, { x, y }, style)] : []),
    ...marks,
  ]);
}

/** The paper's value: hollow, and between the places of two models, so that it hides no interval. */
function paperMark({ marker, colour }: SeriesStyle, x: number, y: number): SvgNode {
  return group({ class: "paper" }, [markerAt(marker, x, y, { fill: "none", stroke: colour, area: 10 })]);
}

interface PlotOptions extends Pick<Given<EstimateRow>, "styles" | "theme"> {
  /** Above the vertical axis. */
  readonly title: string;
  /** The vertical axis, which has room for all points. */
  readonly scale: (range: readonly [number, number]) => Scale;
  /** A legend above the panel, besides the models' names at the right. */
  readonly key?: readonly LegendItem[];
}

const HEIGHTS = { alone: 130, several: 92 } as const;
const GAP = 10;
const LEFT = 24;
/** Share of the page that the models' names take at most beside the panels. */
const MOST_BESIDE = 0.5;

/**
 * For cells that have correlations: a statistic of each against the correlation, a line for each model with its name beside the
 * last point, or above the panels if names are long; a point's x is its correlation. Many models are in several panels: those of like values in one.
 */
export function againstCorrelation(
  points: readonly EstimatePoint[],
  { styles, title, scale, key = [], theme }: PlotOptions,
): Drawing {
  const head = heading(title, { y: 0, theme });
  const items = modelItems(styles, "marked");
  const wide = labelsWidth(
    items.map(({ label }) => label),
    true,
  );
  const areBeside = wide <= MOST_BESIDE * theme.width;
  const names = legend(areBeside ? key : [...items, ...key], { y: head.height + 9, theme });
  const groups = groupsOf(points);
  const height = theme.stretch * (groups.length === 1 ? HEIGHTS.alone : HEIGHTS.several);
  const top = head.height + 6 + names.height;
  const width = theme.width - LEFT - (areBeside ? wide : 0) - 2;
  const { x, slot } = slottedAxis(correlationsOf(points.map(({ cell }) => cell)) as number[], width);
  const panels = groups.flatMap((models, i) => {
    const box = { x: LEFT, y: top + i * (height + GAP), width, height };
    const frame = { x, y: scale([box.y + height, box.y]) };
    const lines = models.map((model) => {
      const own = points.filter(({ cell }) => cell.model === model);
      return { model, own, style: styles.get(model) as SeriesStyle };
    });
    const series = lines.map(({ own, style }, m) =>
      estimateSeries(own, { frame, aside: asideOf(m, models.length, slot), style, theme }),
    );
    const ends = lines.map(({ model, own, style }) => {
      const y = frame.y.at(own.at(-1)?.value ?? 0);
      return { label: style.label ?? model, y, style, attributes: { "data-model": model } };
    });
    const beside = { x: LEFT + width, top: box.y + 3, bottom: box.y + height, theme, marked: true };
    const numbers = { x: i === groups.length - 1 };
    return [panel({ box, ...frame, theme, numbers }, series), ...(areBeside ? [endLabels(ends, beside)] : [])];
  });
  const bottom = top + groups.length * (height + GAP) - GAP + 24;
  const foot = text("task correlation", LEFT + width / 2, bottom - 4, { fill: theme.ink, anchor: "middle" });
  return { nodes: [...head.nodes, names.node, ...panels, foot], height: bottom };
}

/** Room in a panel beside the slots of the outermost correlations. */
const SIDE = 2;

/** The axis of the correlations, and the width of the slot around each. */
function slottedAxis(correlations: readonly number[], width: number): { x: Scale; slot: number } {
  const narrow = correlationScale(correlations, [0, width - WIDEST_SLOT - 2 * SIDE]);
  const slot = slotWidth(correlations.map(narrow.at));
  const side = slot / 2 + SIDE;
  return { x: correlationScale(correlations, [LEFT + side, LEFT + width - side]), slot };
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
