import { type Scale, type Span, type Tick, withRoom } from "./scale.ts";
import type { Theme } from "./style.ts";
import { type Attributes, element, group, rounded, SMALL, type SvgNode, text, textWidth } from "./svg.ts";

/** A rectangle in points, y down. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface PanelOptions {
  readonly box: Box;
  readonly x: Scale;
  readonly y: Scale;
  readonly theme: Theme;
  /** Axes that show their numbers. */
  readonly numbers?: { readonly x?: boolean; readonly y?: boolean };
  /** Axis with lines across the panel at its numbers; y by default. */
  readonly guides?: "x" | "y";
  /** Above the panel, in bold. */
  readonly title?: string | undefined;
  readonly attributes?: Attributes | undefined;
}

/**
 * A panel: guides, axes, `marks` within. Its attributes let a page map points to values: `data-x` and `data-y` hold the
 * scale's type, its domain and its range in points.
 */
export function panel(options: PanelOptions, marks: readonly SvgNode[]): SvgNode {
  const { box, x, y, theme, title, attributes = {} } = options;
  const style = { fill: theme.ink, weight: "SemiBold", anchor: "middle" } as const;
  const heading = title === undefined ? [] : [text(title, box.x + box.width / 2, box.y - 4, style)];
  return group({ class: "panel", "data-x": scaleText(x), "data-y": scaleText(y), ...attributes }, [
    ...heading,
    guideLines(options),
    group({ class: "marks" }, marks),
    axes(options),
  ]);
}

function scaleText({ type, domain, range }: Scale): string {
  return [type, ...domain, ...range].join(" ");
}

function guideLines({ box, x, y, theme, guides = "y" }: PanelOptions): SvgNode {
  const labelled = (guides === "y" ? y : x).ticks.filter(({ label }) => label !== "");
  const path = ({ value }: Tick) =>
    guides === "y"
      ? `M${rounded(box.x)} ${rounded(y.at(value))}h${rounded(box.width)}`
      : `M${rounded(x.at(value))} ${rounded(box.y)}v${rounded(box.height)}`;
  const d = labelled.map(path).join("");
  return element("path", { class: "guides", d, stroke: theme.guide, "stroke-width": 0.5, fill: "none" });
}

const TICK = 2.5;

function axes({ box, x, y, theme, numbers = {} }: PanelOptions): SvgNode {
  const bottom = box.y + box.height;
  const below = numbers.x === false ? [] : bottomLabels(x, box);
  const length = (long: boolean) => (long ? TICK : TICK / 2);
  const long = ({ value, label }: Tick) =>
    label !== "" && (numbers.x === false || below.some((one) => one.value === value));
  const down = x.ticks.map((tick) => `M${rounded(x.at(tick.value))} ${rounded(bottom)}v${length(long(tick))}`);
  const left = y.ticks.map(({ value, label }) => `M${rounded(box.x)} ${rounded(y.at(value))}h-${length(label !== "")}`);
  const frame = `M${rounded(box.x)} ${rounded(box.y)}V${rounded(bottom)}H${rounded(box.x + box.width)}`;
  const style = { fill: theme.quiet, size: SMALL, anchor: "middle" } as const;
  const named = theme.inPage ? { class: "below" } : {};
  return group({ class: "axes" }, [
    element("path", { d: [frame, ...down, ...left].join(""), stroke: theme.quiet, "stroke-width": 0.6, fill: "none" }),
    ...below.map(({ label, middle }) => text(label, middle, bottom + TICK + SMALL, style, named)),
    ...(numbers.y === false ? [] : leftLabels(y).map((tick) => leftLabel(tick, y, box.x, theme))),
  ]);
}

/** How far a number may reach beyond its panel: less than half of the room between two panels. */
const BEYOND = 2.5;

/** The numbers below a panel that touch neither each other nor those of the panels beside it. */
function bottomLabels({ ticks, at }: Scale, { x: left, width }: Box): (Tick & Span)[] {
  const labels = ticks.flatMap((tick) => {
    if (tick.label === "") return [];
    const half = textWidth(tick.label, SMALL) / 2;
    const [low, high] = [left - BEYOND + half, left + width + BEYOND - half];
    return [{ ...tick, half, middle: Math.min(Math.max(at(tick.value), low), high) }];
  });
  const shown = withRoom(labels, 2);
  return labels.filter((_, i) => shown[i]);
}

/** The numbers at the left that do not touch each other. */
function leftLabels({ ticks, at }: Scale): Tick[] {
  const labels = ticks.filter(({ label }) => label !== "").sort((a, b) => at(b.value) - at(a.value)); // upwards
  const heights = labels.map(({ value }) => ({ middle: -at(value), half: SMALL / 2 }));
  const shown = withRoom(heights, 0);
  return labels.filter((_, i) => shown[i]);
}

function leftLabel({ value, label }: Tick, y: Scale, left: number, { quiet, inPage }: Theme): SvgNode {
  const named = inPage ? { class: "left" } : {};
  return text(label, left - TICK - 2, y.at(value) + SMALL * 0.35, { fill: quiet, size: SMALL, anchor: "end" }, named);
}
