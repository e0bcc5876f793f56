import { COLUMN } from "./page.ts";
import { markerAt, type Point } from "./series.ts";
import { modelLabel, type SeriesStyle } from "./style.ts";
import { type Attributes, element, group, rounded, type SvgNode } from "./svg.ts";
import { SMALL, text, textWidth } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A style and its meaning. */
export interface LegendItem {
  readonly label: string;
  readonly style: SeriesStyle;
  readonly attributes?: Attributes;
  /** The part of the style that is shown; a line by default. */
  readonly sample?: Sample;
}

type Sample = "line" | "marker" | "hollow";

export interface LegendOptions {
  /** Baseline of the first line. */
  readonly y: number;
  readonly theme: Theme;
}

export interface Legend {
  readonly node: SvgNode;
  readonly height: number;
}

const WIDTHS: Readonly<Record<Sample, number>> = { line: 16, marker: 6, hollow: 6 };
const GAP = 9;
const LINE = 10;
/** Left edge of the legend on the page. */
const X = 0.5;

/** The items side by side, in as many lines of a page as they need. */
export function legend(items: readonly LegendItem[], { y, theme }: LegendOptions): Legend {
  let [left, baseline] = [X, y];
  const nodes = items.map((item) => {
    const wide = WIDTHS[item.sample ?? "line"] + 3 + textWidth(item.label, SMALL);
    if (left > X && left + wide > COLUMN) [left, baseline] = [X, baseline + LINE];
    const node = legendItem(item, left, baseline, theme);
    left += wide + GAP;
    return node;
  });
  return { node: group({ class: "key" }, nodes), height: baseline - y + LINE };
}

function legendItem(
  { label, style, attributes, sample = "line" }: LegendItem,
  x: number,
  y: number,
  theme: Theme,
): SvgNode {
  const at = { x: x + WIDTHS[sample] / 2, y: y - SMALL * 0.33 };
  return group({ class: "item", ...attributes }, [
    sample === "line" ? lineSample(style, x, at.y, WIDTHS.line) : markerSample(sample, style, at, theme),
    text(label, x + WIDTHS[sample] + 3, y, { fill: theme.ink, size: SMALL }),
  ]);
}

/** A piece of a style's line. */
export function lineSample({ colour, dash }: SeriesStyle, x: number, y: number, length: number): SvgNode {
  const d = `M${rounded(x)} ${rounded(y)}h${rounded(length)}`;
  return element("path", { d, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": dash, fill: "none" });
}

function markerSample(
  sample: "marker" | "hollow",
  { colour, marker }: SeriesStyle,
  { x, y }: Point,
  { background }: Theme,
): SvgNode {
  const style = sample === "marker" ? { fill: colour } : { fill: background, stroke: colour, area: 9 };
  return markerAt(marker, x, y, style);
}

/** A legend of the models and, if `paper`, of the paper's hollow markers. */
export function modelLegend(styles: ReadonlyMap<string, SeriesStyle>, paper: boolean, options: LegendOptions): Legend {
  const models = [...styles].map(([model, style]) => {
    return { label: modelLabel(model), style, attributes: { "data-model": model } };
  });
  return legend([...models, ...(paper ? [paperItem("the paper", options.theme)] : [])], options);
}

/** The meaning of hollow markers. */
export function paperItem(label: string, { ink }: Theme): LegendItem {
  return {
    label,
    style: { colour: ink, dash: undefined, marker: "circle" },
    sample: "hollow",
    attributes: { class: "item paper" },
  };
}
