import { markerAt, type Point, seriesMarker } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { type Attributes, element, group, rounded, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A style and its meaning. */
export interface LegendItem {
  readonly label: string;
  readonly style: SeriesStyle;
  /** Further styles of the same meaning, each with a sample beside the first. */
  readonly others?: readonly SeriesStyle[];
  readonly attributes?: Attributes;
  /** The part of the style that is shown; a line by default. */
  readonly sample?: Sample;
}

/** A line, a line with its marker, a marker alone, or a hollow one. */
type Sample = "line" | "marked" | "marker" | "hollow";

interface LegendOptions {
  /** Baseline of the first line. */
  readonly y: number;
  readonly theme: Theme;
}

interface Legend {
  readonly node: SvgNode;
  readonly height: number;
}

const WIDTHS: Readonly<Record<Sample, number>> = { line: 16, marked: 16, marker: 8, hollow: 6 };
const GAP = 9;
const LINE = 10;
/** Left edge of the legend on the page. */
const X = 0.5;

/** The items side by side, in as many lines of a page as they need. */
export function legend(items: readonly LegendItem[], { y, theme }: LegendOptions): Legend {
  let [left, baseline] = [X, y];
  const nodes = items.map((item) => {
    const wide = samplesWidth(item) + 3 + textWidth(item.label, SMALL);
    if (left > X && left + wide > theme.width) [left, baseline] = [X, baseline + LINE];
    const node = legendItem(item, left, baseline, theme);
    left += wide + GAP;
    return node;
  });
  return { node: group({ class: "key" }, nodes), height: items.length === 0 ? 0 : baseline - y + LINE };
}

function samplesWidth({ others = [], sample = "line" }: LegendItem): number {
  return WIDTHS[sample] + others.length * (WIDTHS[sample] + 1);
}

function legendItem(item: LegendItem, x: number, y: number, theme: Theme): SvgNode {
  const { label, style, others = [], attributes, sample = "line" } = item;
  const samples = [style, ...others].flatMap((one, i) => {
    const left = x + i * (WIDTHS[sample] + 1);
    return sampleOf(sample, one, { x: left, y: y - SMALL * 0.33 }, theme);
  });
  const words = text(label, x + samplesWidth(item) + 3, y, { fill: theme.ink, size: SMALL });
  return group({ class: "item", ...attributes }, [...samples, words]);
}

/** A sample from x on, at the height y. */
function sampleOf(sample: Sample, style: SeriesStyle, { x, y }: Point, { background }: Theme): SvgNode[] {
  const middle = x + WIDTHS[sample] / 2;
  const { colour, marker } = style;
  if (sample === "hollow") return [markerAt(marker, middle, y, { fill: background, stroke: colour, area: 9 })];
  if (sample === "marker") return [seriesMarker(style, middle, y)];
  const line = lineSample(style, x, y, WIDTHS[sample]);
  return sample === "marked" ? [line, seriesMarker(style, middle, y)] : [line];
}

/** A piece of a style's line. */
export function lineSample({ colour, dash }: SeriesStyle, x: number, y: number, length: number): SvgNode {
  const d = `M${rounded(x)} ${rounded(y)}h${rounded(length)}`;
  return element("path", { d, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": dash, fill: "none" });
}

interface ModelLegendOptions extends LegendOptions {
  readonly sample?: Sample;
  /** Models that have the paper's hollow markers too. */
  readonly paper?: readonly string[];
}

/** A legend of the models, and of the paper's hollow markers. */
export function modelLegend(
  styles: ReadonlyMap<string, SeriesStyle>,
  { sample = "line", paper = [], ...options }: ModelLegendOptions,
): Legend {
  const models = [...styles].map(([model, style]) => {
    return { label: style.label ?? model, style, sample, attributes: { "data-model": model } };
  });
  return legend([...models, ...paperItems("the paper", ofModels(styles, paper))], options);
}

/** The styles of some of the models, in the legend's order. */
export function ofModels(styles: ReadonlyMap<string, SeriesStyle>, models: readonly string[]): SeriesStyle[] {
  return [...styles].flatMap(([model, style]) => (models.includes(model) ? [style] : []));
}

/** The meaning of the hollow markers of some styles; no item if there is none. */
export function paperItems(label: string, [style, ...others]: readonly SeriesStyle[]): LegendItem[] {
  if (style === undefined) return [];
  return [{ label, style, others, sample: "hollow", attributes: { class: "item paper" } }];
}
