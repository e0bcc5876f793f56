import { type Estimate, estimateText } from "../stats/estimate.ts";
import { cellAttributes } from "./cell-curves.ts";
import { down, type Frame, linePath, markerAt } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { element, group, type SvgNode } from "./svg.ts";
import type { SweepCell } from "./sweep-cells.ts";
import type { Theme } from "./theme.ts";
import { cellWords } from "./words.ts";

/** A cell's statistic with its interval, at a place on the horizontal axis. */
export interface EstimatePoint extends Estimate {
  readonly cell: SweepCell;
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

/** Width over which the models at one place are spread, in (typographic) points. */
const ASIDE = 7;

/** How far to the right of its place the `i`-th of `count` models is drawn. */
export function asideOf(i: number, count: number): number {
  return (i - (count - 1) / 2) * Math.min(2.2, ASIDE / count);
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
      element("title", {}, [`${cellWords(cell)}: ${estimateText(point, 4, cell.runs.length)}`]),
      ...(Number.isFinite(low) ? [down(at, y.at(low), y.at(high), style.colour, 1)] : []),
      markerAt(style.marker, at, y.at(value), { fill: style.colour }),
      ...(Number.isFinite(paper)
        ? [
            group({ class: "paper" }, [
              markerAt(style.marker, at + 5, y.at(paper), { fill: theme.background, stroke: style.colour }),
            ]),
          ]
        : []),
    ]);
  });
  const model = points[0]?.cell.model;
  return group({ class: "series", "data-model": model }, [linePath(line, { x, y }, style), ...marks]);
}
