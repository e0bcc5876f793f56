import {
  area,
  line,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolStar,
  symbolTriangle,
} from "d3-shape";
import type { Scale } from "./scale.ts";
import type { Marker, SeriesStyle } from "./style.ts";
import { element, rounded, type SvgNode } from "./svg.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A band around a line: an interval at each x. */
export interface Interval {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** The two axes of a panel. */
export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
}

/** A line through `points`; it is cut off where it crosses the frame. */
export function linePath(
  points: readonly Point[],
  { x, y }: Frame,
  { colour, dash }: Pick<SeriesStyle, "colour" | "dash">,
  { width = 1.1, digits = 2 } = {},
): SvgNode {
  const draw = line<Point>(
    (point) => x.at(point.x),
    (point) => y.at(point.y),
  ).digits(digits);
  const pieces = within(points, y.domain).map((piece) => draw(piece));
  return element("path", {
    d: pieces.join(""),
    fill: "none",
    stroke: colour,
    "stroke-width": width,
    "stroke-dasharray": dash,
    "stroke-linejoin": "round",
  });
}

/** A band between the ends of the intervals; ends beyond the frame are drawn at its edge. */
export function bandPath(intervals: readonly Interval[], { x, y }: Frame, colour: string): SvgNode {
  const [low, high] = y.domain;
  const inside = intervals.filter((interval) => interval.low <= high && interval.high >= low);
  const draw = area<Interval>()
    .x((interval) => x.at(interval.x))
    .y0((interval) => y.at(Math.max(low, interval.low)))
    .y1((interval) => y.at(Math.min(high, interval.high)))
    .digits(2);
  return element("path", { d: draw(inside) ?? "", fill: colour, "fill-opacity": 0.22 });
}

const SYMBOLS = {
  circle: symbolCircle,
  square: symbolSquare,
  triangle: symbolTriangle,
  diamond: symbolDiamond,
  cross: symbolCross,
  star: symbolStar,
} as const;

interface MarkerStyle {
  readonly fill: string;
  /** Around a hollow marker. */
  readonly stroke?: string;
  /** Area, in square points. */
  readonly area?: number;
}

/** A marker around (x, y), in points. */
export function markerAt(
  marker: Marker,
  x: number,
  y: number,
  { fill, stroke, area: size = 14 }: MarkerStyle,
): SvgNode {
  const d = symbol(SYMBOLS[marker], size).digits(2)() ?? "";
  const transform = `translate(${rounded(x)} ${rounded(y)})`;
  return element("path", { d, transform, fill, stroke, "stroke-width": stroke && 0.7 });
}

/** The pieces of a line between two heights, with the places where it crosses them. */
function within(points: readonly Point[], [low, high]: readonly [number, number]): Point[][] {
  const pieces: Point[][] = [];
  let piece: Point[] = [];
  const inside = ({ y }: Point) => y >= low && y <= high;
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (before !== undefined && inside(before) !== inside(point)) piece.push(crossing(before, point, [low, high]));
    if (inside(point)) piece.push(point);
    else if (piece.length > 0) {
      pieces.push(piece);
      piece = [];
    }
  }
  return piece.length > 0 ? [...pieces, piece] : pieces;
}

/** Where a line between a point within and one beyond two heights leaves them. */
function crossing(a: Point, b: Point, [low, high]: readonly [number, number]): Point {
  const y = Math.max(a.y, b.y) > high ? high : low;
  return { x: a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x), y };
}

/** A horizontal line at a height. */
export function across(from: number, to: number, y: number, stroke: string, width: number): SvgNode {
  return element("line", { x1: from, x2: to, y1: y, y2: y, stroke, "stroke-width": width });
}

/** A vertical line. */
export function down(x: number, from: number, to: number, stroke: string, width: number): SvgNode {
  return element("line", { x1: x, x2: x, y1: from, y2: to, stroke, "stroke-width": width });
}
