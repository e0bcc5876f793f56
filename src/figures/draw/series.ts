import * as d3 from "d3-shape";
import type { Scale } from "./scale.ts";
import type { Marker, SeriesStyle } from "./style.ts";
import { element, rounded, type SvgNode } from "./svg.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A band around a line: an interval at each x. */
interface Interval {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** The two axes of a panel. */
export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
}

/** How far a line or band of one point reaches to either side of it, in (typographic) points. */
const ALONE = 1.5;

/** A line through `points`; it is cut off where it crosses the frame. One point is a short line. */
export function linePath(
  points: readonly Point[],
  { x, y }: Frame,
  { colour, dash }: Pick<SeriesStyle, "colour" | "dash">,
  { width = 1.1, digits = 2 } = {},
): SvgNode {
  const draw = d3
    .line<Point>(
      (point) => x.at(point.x),
      (point) => y.at(point.y),
    )
    .digits(digits);
  const alone = (point: Point) => `M${rounded(x.at(point.x) - ALONE)} ${rounded(y.at(point.y))}h${2 * ALONE}`;
  const pieces = within(points, y.domain).map((piece) => (piece.length > 1 ? draw(piece) : alone(piece[0])));
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
  const ends = inside.map((one) => ({
    x: x.at(one.x),
    low: y.at(Math.max(low, one.low)),
    high: y.at(Math.min(high, one.high)),
  }));
  const wide =
    ends.length === 1 ? [-ALONE, ALONE].flatMap((by) => ends.map((one) => ({ ...one, x: one.x + by }))) : ends;
  const draw = d3
    .area<Interval>()
    .x((end) => end.x)
    .y0((end) => end.low)
    .y1((end) => end.high)
    .digits(1);
  return element("path", { d: draw(wide) ?? "", fill: colour, "fill-opacity": 0.22 });
}

const TRIANGLE_DOWN: d3.SymbolType = {
  draw(context, size) {
    const y = Math.sqrt(size / (Math.sqrt(3) * 3));
    context.moveTo(0, 2 * y);
    context.lineTo(Math.sqrt(3) * y, -y);
    context.lineTo(-Math.sqrt(3) * y, -y);
    context.closePath();
  },
};

const SYMBOLS: Readonly<Record<Marker, d3.SymbolType>> = {
  circle: d3.symbolCircle,
  square: d3.symbolSquare,
  triangle: d3.symbolTriangle,
  diamond: d3.symbolDiamond,
  cross: d3.symbolCross,
  star: d3.symbolStar,
  wye: d3.symbolWye,
  "triangle-down": TRIANGLE_DOWN,
};

/** Share of a marker's area that is its hole. */
const HOLE = 0.14;

interface MarkerStyle {
  readonly fill: string;
  /** Around a hollow marker. */
  readonly stroke?: string;
  /** Area, in square points. */
  readonly area?: number;
  readonly holed?: boolean;
}

/** A marker around (x, y), in points. */
export function markerAt(
  marker: Marker,
  x: number,
  y: number,
  { fill, stroke, area: size = 14, holed = false }: MarkerStyle,
): SvgNode {
  const shape = d3.symbol(SYMBOLS[marker], size).digits(2)() ?? "";
  const hole = holed ? d3.symbol(d3.symbolCircle, size * HOLE).digits(2)() : "";
  const transform = `translate(${rounded(x)} ${rounded(y)})`;
  const rule = holed ? "evenodd" : undefined;
  return element("path", {
    d: `${shape}${hole}`,
    transform,
    fill,
    "fill-rule": rule,
    stroke,
    "stroke-width": stroke && 0.7,
  });
}

export function seriesMarker({ colour, marker, holed = false }: SeriesStyle, x: number, y: number): SvgNode {
  return markerAt(marker, x, y, { fill: colour, holed, area: holed ? 18 : 14 });
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
