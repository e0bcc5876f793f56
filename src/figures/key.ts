import { COLUMN } from "./page.ts";
import { markerAt, type Point } from "./series.ts";
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

type Sample = "line" | "marker" | "hollow";

interface KeyOptions {
  /** Baseline of the first line. */
  readonly y: number;
  readonly theme: Theme;
}

interface Key {
  readonly node: SvgNode;
  readonly height: number;
}

const WIDTHS: Readonly<Record<Sample, number>> = { line: 16, marker: 6, hollow: 6 };
const GAP = 9;
const LINE = 10;
/** Of a page's left edge. */
const X = 0.5;

/** The items beside each other in as many lines of a page as they need. */
export function key(items: readonly KeyItem[], { y, theme }: KeyOptions): Key {
  let [left, baseline] = [X, y];
  const nodes = items.map((item) => {
    const wide = WIDTHS[item.sample ?? "line"] + 3 + textWidth(item.label, SMALL);
    if (left > X && left + wide > COLUMN) [left, baseline] = [X, baseline + LINE];
    const node = keyItem(item, left, baseline, theme);
    left += wide + GAP;
    return node;
  });
  return { node: group({ class: "key" }, nodes), height: baseline - y + LINE };
}

function keyItem({ label, style, attributes, sample = "line" }: KeyItem, x: number, y: number, theme: Theme): SvgNode {
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

/** A key of models, and where `paper` of the paper's hollow markers. */
export function modelKey(styles: ReadonlyMap<string, SeriesStyle>, paper: boolean, options: KeyOptions): Key {
  const models = [...styles].map(([model, style]) => {
    return { label: modelLabel(model), style, attributes: { "data-model": model } };
  });
  return key([...models, ...(paper ? [paperItem("the paper", options.theme)] : [])], options);
}

/** What hollow markers stand for. */
export function paperItem(label: string, { ink }: Theme): KeyItem {
  return {
    label,
    style: { colour: ink, dash: undefined, marker: "circle" },
    sample: "hollow",
    attributes: { class: "item paper" },
  };
}
