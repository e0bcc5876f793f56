import { markerAt, type Point, seriesMarker } from "./series.ts";
import type { SeriesStyle, Theme } from "./style.ts";
import { type Attributes, element, group, rounded, SMALL, type SvgNode, text, textWidth } from "./svg.ts";

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

/** Marks that rows have, and their meaning. */
export interface KeyMark {
  readonly label: string;
  readonly width: number;
  /** From x on, around the height y. */
  readonly marks: (x: number, y: number) => readonly SvgNode[];
  readonly attributes?: Attributes;
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
export function legend(items: readonly (LegendItem | KeyMark)[], { y, theme }: LegendOptions): Legend {
  let [left, baseline] = [X, y];
  const nodes = items.map((item) => {
    const { label, width, marks, attributes } = "marks" in item ? item : styledMark(item, theme);
    const wide = width + 3 + textWidth(label, SMALL);
    if (left > X && left + wide > theme.width) [left, baseline] = [X, baseline + LINE];
    const words = text(label, left + width + 3, baseline, { fill: theme.ink, size: SMALL });
    const node = group({ class: "item", ...attributes }, [...marks(left, baseline - SMALL * 0.33), words]);
    left += wide + GAP;
    return node;
  });
  return { node: group({ class: "key" }, nodes), height: items.length === 0 ? 0 : baseline - y + LINE };
}

function styledMark({ style, others = [], sample = "line", ...item }: LegendItem, theme: Theme): KeyMark {
  const each = WIDTHS[sample] + 1;
  const marks = (x: number, y: number) =>
    [style, ...others].flatMap((one, i) => sampleOf(sample, one, { x: x + i * each, y }, theme));
  return { ...item, width: (1 + others.length) * each - 1, marks };
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

function lineSample({ colour, dash }: SeriesStyle, x: number, y: number, length: number): SvgNode {
  const d = `M${rounded(x)} ${rounded(y)}h${rounded(length)}`;
  return element("path", { d, stroke: colour, "stroke-width": 1.3, "stroke-dasharray": dash, fill: "none" });
}

/** The models' styles and names, and what the paper's hollow markers of some of them mean. */
export function modelKey(
  styles: ReadonlyMap<string, SeriesStyle>,
  { sample = "line", models = [...styles.keys()], paper = [] }: ModelKeyOptions = {},
): LegendItem[] {
  const items = [...styles].map(([model, style]): LegendItem => {
    return { label: style.label ?? model, style, sample, attributes: { "data-model": model } };
  });
  const published = [...styles].flatMap(([model, style]) => (paper.includes(model) ? [style] : []));
  const shown = items.filter(({ attributes }) => models.includes(String(attributes?.["data-model"])));
  return [...shown, ...paperItems("the paper", published)];
}

interface ModelKeyOptions {
  readonly sample?: Sample;
  /** The models that it has; all by default. */
  readonly models?: readonly string[];
  /** Models that have the paper's hollow markers too. */
  readonly paper?: readonly string[];
}

/** The meaning of the hollow markers of some styles; no item if there is none. */
export function paperItems(label: string, [style, ...others]: readonly SeriesStyle[]): LegendItem[] {
  if (style === undefined) return [];
  return [{ label, style, others, sample: "hollow", attributes: { class: "item paper" } }];
}

/** A name beside the end of its line. */
interface EndLabel {
  readonly label: string;
  /** Where the line ends, in points. */
  readonly y: number;
  readonly style: SeriesStyle;
  readonly attributes: Attributes;
}

const SAMPLE = 9;
const MARKED = 14;

/** Width that the labels need beside a panel; `marked` if their samples show the series' markers too. */
export function labelsWidth(labels: readonly string[], marked = false): number {
  return Math.max(...labels.map((label) => textWidth(label, SMALL))) + (marked ? MARKED : SAMPLE) + 7;
}

interface Beside {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly theme: Theme;
  /** Whether the samples show the series' markers too. */
  readonly marked?: boolean;
}

/** Names at x, each at the height of its line, or as near as there is room. */
export function endLabels(labels: readonly EndLabel[], { x, top, bottom, theme, marked = false }: Beside): SvgNode {
  const long = marked ? MARKED : SAMPLE;
  const ordered = [...labels].sort((a, b) => a.y - b.y);
  const heights = spread(
    ordered.map(({ y }) => y),
    SMALL + 0.5,
    [top, bottom],
  );
  const nodes = ordered.map(({ label, style, attributes }, i) => {
    const y = heights[i];
    return group(attributes, [
      lineSample(style, x + 3, y, long),
      ...(marked ? [seriesMarker(style, x + 3 + long / 2, y)] : []),
      text(label, x + long + 6, y + SMALL * 0.35, { fill: theme.ink, size: SMALL }),
    ]);
  });
  return group({ class: "labels" }, nodes);
}

/**
 * Moves ascending heights as little as keeps them `apart`: down from the top, then up from the bottom if they leave it.
 */
export function spread(heights: readonly number[], apart: number, [top, bottom]: readonly [number, number]): number[] {
  const centre = centred(heights, apart);
  const placed: number[] = [];
  for (const [i, height] of centre.entries()) placed.push(Math.max(height, i === 0 ? top : placed[i - 1] + apart));
  for (let i = placed.length - 1; i >= 0; i--) {
    const below = i === placed.length - 1 ? bottom : placed[i + 1] - apart;
    placed[i] = Math.min(placed[i], below);
  }
  return placed;
}

type Block = Readonly<Record<"sum" | "count", number>>;

/** Groups of heights nearer than `apart`, each spread around its own middle. */
function centred(heights: readonly number[], apart: number): number[] {
  const blocks: Block[] = [];
  const start = ({ sum, count }: Block) => sum / count - ((count - 1) * apart) / 2;
  for (const height of heights) {
    blocks.push({ sum: height, count: 1 });
    for (let last = blocks.length - 1; last > 0; last--) {
      const [above, below] = [blocks[last - 1], blocks[last]];
      if (start(below) >= start(above) + above.count * apart) break;
      blocks.splice(last - 1, 2, { sum: above.sum + below.sum, count: above.count + below.count });
    }
  }
  return blocks.flatMap((block) => Array.from({ length: block.count }, (_, i) => start(block) + i * apart));
}
