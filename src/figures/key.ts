import { markerAt } from "./series.ts";
import { modelLabel, type SeriesStyle } from "./style.ts";
import { type Attributes, element, group, rounded, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** What a style stands for. */
export interface KeyItem {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly attributes?: Attributes;
  /** What is shown of the style; a line unless it says otherwise. */
  readonly sample?: Sample;
}

type Sample = "line" | "marker" | "box";

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
    sampleOf(sample, style, x, y - SMALL * 0.33),
    text(label, x + SAMPLE + 3, y, { fill: ink, size: SMALL }),
  ]);
}

function sampleOf(sample: Sample, style: SeriesStyle, x: number, y: number): SvgNode {
  const { colour, marker } = style;
  if (sample === "marker") return markerAt(marker, x + SAMPLE / 2, y, { fill: colour });
  if (sample === "box") return element("rect", { x, y: y - 3, width: SAMPLE, height: 6, fill: colour });
  return lineSample(style, x, y, SAMPLE);
}

/** A piece of a style's line. */
export function lineSample({ colour, dash }: SeriesStyle, x: number, y: number, length: number): SvgNode {
  const d = `M${rounded(x)} ${rounded(y)}h${rounded(length)}`;
  return element("path", { d, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": dash, fill: "none" });
}

/** A line of a key for each model; `sample` says what is shown of it. */
export function modelKey(
  styles: ReadonlyMap<string, SeriesStyle>,
  { sample = "line", ...place }: KeyOptions & { sample?: Sample },
): { node: SvgNode; height: number } {
  const items = [...styles].map(([model, style]) => ({
    label: modelLabel(model),
    style,
    attributes: { "data-model": model },
    sample,
  }));
  return key(items, place);
}
