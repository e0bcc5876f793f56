// What the page's figures have in common: panels in points, drawn with the axes and the looks of `mmoe figures`.
import type { Box } from "../src/figures/draw/axes.ts";
import { linearScale, type Scale, shortNumber } from "../src/figures/draw/scale.ts";
import type { Point } from "../src/figures/draw/series.ts";
import type { Theme } from "../src/figures/draw/style.ts";
import { type Attributes, element, rounded, SMALL, type SvgNode, text } from "../src/figures/draw/svg.ts";

/** A figure of one width, by a theme: that of the page, or that of a file. */
export interface Figure {
  /** The name of its files. */
  readonly name: string;
  /** What it shows, for those who do not see it. */
  readonly words: string;
  readonly width: number;
  readonly height: number;
  readonly nodes: (theme: Theme) => readonly SvgNode[];
  /** Its numbers, by column. */
  readonly rows?: () => readonly Readonly<Record<string, string | number>>[];
}

export interface PanelFrame {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
  readonly theme: Theme;
}

interface FrameOptions {
  readonly box: Box;
  readonly theme: Theme;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** About how many numbers an axis has. */
  readonly counts?: readonly [number, number];
}

/** Linear axes over a box. */
export function frame({ box, theme, x, y, counts = [5, 3] }: FrameOptions): PanelFrame {
  const across = linearScale(...x, { range: [box.x, box.x + box.width], count: counts[0], label: shortNumber });
  const up = linearScale(...y, { range: [box.y + box.height, box.y], count: counts[1], label: shortNumber });
  return { box, theme, x: across, y: up };
}

/** A line through points; what is beyond the frame is cut off. */
export function polyline(points: readonly Point[], { box, x, y }: PanelFrame, attributes: Attributes): SvgNode {
  const d = points
    .map((point, i) => `${i === 0 ? "M" : "L"}${rounded(x.at(point.x))} ${rounded(y.at(point.y))}`)
    .join("");
  const path = element("path", { d, fill: "none", "stroke-linejoin": "round", ...attributes });
  const [left, top, width, height] = [box.x - 1, box.y - 1, box.width + 2, box.height + 2]; // room for the stroke
  const place = { x: left, y: top, width, height, viewBox: [left, top, width, height].map(rounded).join(" ") };
  return element("svg", place, [path]);
}

/** Limits of labels that have room for all values, at least `least` to either side of 0. */
export function limits(least: number, values: readonly number[]): [number, number] {
  const most = values.reduce((high, value) => Math.max(high, Math.abs(value)), least);
  return [-most, most];
}

/** Dots at points inside the frame, as one path. */
export function dotsAt(points: readonly Point[], { x, y }: PanelFrame, attributes: Attributes): SvgNode {
  const inside = points.filter((point) => point.y >= y.domain[0] && point.y <= y.domain[1]);
  const d = inside.map((point) => `M${rounded(x.at(point.x))} ${rounded(y.at(point.y))}h0`).join("");
  return element("path", { d, fill: "none", "stroke-linecap": "round", ...attributes });
}

/** Small words of a quiet colour. */
export function note(words: string, x: number, y: number, theme: Theme, anchor: "start" | "middle" | "end" = "start") {
  return text(words, x, y, { fill: theme.quiet, size: SMALL, anchor });
}

/** Small words in the colour of a series. */
export function label(words: string, x: number, y: number, fill: string, anchor: "start" | "middle" | "end" = "start") {
  return text(words, x, y, { fill, size: SMALL, weight: "SemiBold", anchor });
}
