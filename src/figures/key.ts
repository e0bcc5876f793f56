import { markerAt } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { type Attributes, element, group, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** What a style stands for. */
export interface KeyItem {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly attributes?: Attributes;
  /** What is shown of the style; a line unless it says otherwise. */
  readonly sample?: "line" | "marker" | "box";
}

interface KeyOptions {
  readonly x: number;
  /** Baseline of the first line. */
  readonly y: number;
  readonly width: number;
  readonly theme: Theme;
}

const SAMPLE = 16;
const GAP = 10;
export const KEY_LINE = 10;

/** The items beside each other in as many lines as they need, and those lines' height. */
export function key(items: readonly KeyItem[], { x, y, width, theme }: KeyOptions): { node: SvgNode; height: number } {
  let [left, baseline] = [x, y];
  const nodes = items.map((item) => {
    const wide = SAMPLE + 3 + textWidth(item.label, SMALL);
    if (left > x && left + wide > x + width) [left, baseline] = [x, baseline + KEY_LINE];
    const node = keyItem(item, left, baseline, theme);
    left += wide + GAP;
    return node;
  });
  return { node: group({ class: "key" }, nodes), height: baseline - y + KEY_LINE };
}

function keyItem(
  { label, style, attributes = {}, sample = "line" }: KeyItem,
  x: number,
  y: number,
  { ink }: Theme,
): SvgNode {
  return group({ class: "item", ...attributes }, [
    sampleOf(sample, style, x, y - SMALL * 0.32),
    text(label, x + SAMPLE + 3, y, { fill: ink, size: SMALL }),
  ]);
}

function sampleOf(
  sample: "line" | "marker" | "box",
  { colour, dash, marker }: SeriesStyle,
  x: number,
  y: number,
): SvgNode {
  if (sample === "marker") return markerAt(marker, x + SAMPLE / 2, y, { fill: colour });
  if (sample === "box") return element("rect", { x, y: y - 3, width: SAMPLE, height: 6, fill: colour });
  const d = `M${x.toFixed(2)} ${y.toFixed(2)}h${SAMPLE}`;
  return element("path", { d, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": dash, fill: "none" });
}
