import type { Estimate } from "../../stats/estimate.ts";
import { cellAttributes } from "./cell-curves.ts";
import type { DrawnCell, OfCell } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { down, type Frame, linePath, markerAt, seriesMarker } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { element, group, type SvgNode } from "./svg.ts";
import type { Theme } from "./theme.ts";
import { cellWords, estimateWords } from "./words.ts";

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
