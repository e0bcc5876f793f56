import type { Scale, Tick } from "./scale.ts";
import { type Attributes, element, group, type SvgNode } from "./svg.ts";
import { SMALL, text } from "./text.ts";
import type { Theme } from "./theme.ts";

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
  /** Which axes have their numbers written. */
  readonly numbers?: { readonly x?: boolean; readonly y?: boolean };
  /** Above the panel, in bold. */
  readonly title?: string;
  readonly attributes?: Attributes;
}

/**
 * A panel: guides, axes, `marks` within. Its attributes tell a page how points are values: `data-x` and `data-y` hold
 * the scale's type, its domain and its range in points.
 */
export function panel(options: PanelOptions, marks: readonly SvgNode[]): SvgNode {
  const { box, x, y, theme, title, attributes = {} } = options;
  const heading = title === undefined ? [] : [titleAbove(title, box, theme)];
  return group({ class: "panel", "data-x": scaleText(x), "data-y": scaleText(y), ...attributes }, [
    ...heading,
    guides(box, y, theme),
    group({ class: "marks" }, marks),
    axes(options),
  ]);
}

function titleAbove(title: string, box: Box, theme: Theme): SvgNode {
  return text(title, box.x + box.width / 2, box.y - 4, { fill: theme.ink, weight: "SemiBold", anchor: "middle" });
}

function scaleText({ type, domain, range }: Scale): string {
  return [type, ...domain, ...range].join(" ");
}

function guides({ x, width }: Box, y: Scale, { guide }: Theme): SvgNode {
  const labelled = y.ticks.filter(({ label }) => label !== "");
  const d = labelled.map(({ value }) => `M${x} ${point(y.at(value))}h${point(width)}`).join("");
  return element("path", { class: "guides", d, stroke: guide, "stroke-width": 0.5, fill: "none" });
}

const TICK = 2.5;

function axes({ box, x, y, theme, numbers = {} }: PanelOptions): SvgNode {
  const bottom = box.y + box.height;
  const length = ({ label }: Tick) => (label === "" ? TICK / 2 : TICK);
  const down = x.ticks.map((tick) => `M${point(x.at(tick.value))} ${point(bottom)}v${length(tick)}`);
  const left = y.ticks.map((tick) => `M${point(box.x)} ${point(y.at(tick.value))}h-${length(tick)}`);
  const frame = `M${point(box.x)} ${point(box.y)}V${point(bottom)}H${point(box.x + box.width)}`;
  return group({ class: "axes" }, [
    element("path", { d: [frame, ...down, ...left].join(""), stroke: theme.quiet, "stroke-width": 0.6, fill: "none" }),
    ...(numbers.x === false ? [] : x.ticks.map((tick) => bottomLabel(tick, x, bottom, theme))),
    ...(numbers.y === false ? [] : y.ticks.map((tick) => leftLabel(tick, y, box.x, theme))),
  ]);
}

function bottomLabel({ value, label }: Tick, x: Scale, bottom: number, { quiet }: Theme): SvgNode {
  return text(label, x.at(value), bottom + TICK + SMALL, { fill: quiet, size: SMALL, anchor: "middle" });
}

function leftLabel({ value, label }: Tick, y: Scale, left: number, { quiet }: Theme): SvgNode {
  return text(label, left - TICK - 2, y.at(value) + SMALL * 0.35, { fill: quiet, size: SMALL, anchor: "end" });
}

function point(value: number): number {
  return Math.round(value * 100) / 100;
}
