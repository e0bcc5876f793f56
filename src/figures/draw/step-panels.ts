import type { Estimate } from "../../stats/estimate.ts";
import { type Box, grid, panel } from "./axes.ts";
import { stepScale } from "./loss-axis.ts";
import type { PublishedLoss } from "./paper-points.ts";
import type { Scale } from "./scale.ts";
import { bandPath, type Frame, linePath } from "./series.ts";
import type { SeriesStyle } from "./style.ts";
import { type Attributes, group, type SvgNode } from "./svg.ts";
import { text } from "./text.ts";
import type { Theme } from "./theme.ts";

/** A statistic over a cell's runs at one step. */
export interface CurvePoint extends Estimate {
  readonly step: number;
  /** Number of runs behind it. */
  readonly runs: number;
}

/** A cell's loss against steps, and the paper's if there is one. */
export interface DrawnCurve {
  readonly style: SeriesStyle;
  /** Attributes by which a page finds the curve: `data-model`, `data-correlation`. */
  readonly attributes: Attributes;
  readonly points: readonly CurvePoint[];
  readonly paper: readonly PublishedLoss[];
}

export interface CurvePanel {
  readonly title?: string;
  readonly attributes?: Attributes;
  readonly curves: readonly DrawnCurve[];
}

export interface PanelsOptions {
  readonly theme: Theme;
  readonly columns: number;
  /** Top of the first panel. */
  readonly top: number;
  /** Height of each panel. */
  readonly height: number;
  /** Room at the right, beside the last panel of a row. */
  readonly right?: number;
  /** False for panels that stand above others of the same steps: they have no numbers of steps. */
  readonly foot?: boolean;
}

export interface RoomOptions extends PanelsOptions {
  /** Panels for whose curves the axis of values has room; those that are drawn by default. */
  readonly room?: readonly CurvePanel[];
}

/** Room for the numbers at the left of a panel. */
const LEFT = 24;
const TITLE = 13;
/** Room for the numbers of a step axis; FOOT has room for its title too. */
const NUMBERS = 14;
const FOOT = 24;

export interface Panels {
  readonly nodes: readonly SvgNode[];
  /** Lower end of the panels, with the axis of steps and its title. */
  readonly bottom: number;
  readonly boxes: readonly Box[];
  /** The scale of values, from the top of a panel. */
  readonly y: Scale;
}

type Marks = (frame: Frame, one: CurvePanel) => SvgNode[];

/** Panels of one size with one axis of steps and one of values, each with the marks that `marks` makes. */
export function stepPanels(
  panels: readonly CurvePanel[],
  place: PanelsOptions,
  scaleOf: (range: readonly [number, number]) => Scale,
  marks: Marks,
): Panels {
  const { columns, top, height, right = 6, foot = true, theme } = place;
  const titled = panels.some(({ title }) => title !== undefined);
  const inner = top + (titled ? TITLE : 0);
  const tall = height * theme.stretch;
  const gap = [11, NUMBERS + (titled ? TITLE : 0)] as const;
  const boxes = grid({
    count: panels.length,
    columns,
    width: theme.width,
    top: inner,
    height: tall,
    left: LEFT,
    right,
    gap,
  });
  const last = Math.max(...panels.flatMap(({ curves }) => curves.map(({ points }) => points.at(-1)?.step ?? 0)));
  const bottom = Math.max(...boxes.map((box) => box.y + box.height)) + (foot ? FOOT : 0);
  const nodes = panels.map((one, i) => {
    const box = boxes[i];
    const frame = {
      x: stepScale(last, [box.x, box.x + box.width], { limits: theme.steps }).scale,
      y: scaleOf([box.y + box.height, box.y]),
    };
    const lowest = i + columns >= panels.length;
    const numbers = { x: foot || !lowest, y: i % columns === 0 };
    return panel({ box, ...frame, theme, numbers, title: one.title, attributes: one.attributes }, marks(frame, one));
  });
  const words = text(stepScale(last, [0, 1]).title, (LEFT + theme.width - right) / 2, bottom - 4, {
    fill: theme.ink,
    anchor: "middle",
  });
  return { nodes: foot ? [...nodes, words] : nodes, bottom, boxes, y: scaleOf([tall, 0]) };
}

/** What a page reads of a curve at a step: its row's value, or how far that is off the paper's. */
type Reading = "value" | "off";

/** A curve's line; for a page with what to read off it, and from which step on. */
export function curveLine(
  { attributes, style }: DrawnCurve,
  points: readonly CurvePoint[],
  frame: Frame,
  { inPage }: Theme,
  reading: Reading = "value",
): SvgNode {
  const line = points.map(({ step, value }) => ({ x: step, y: value }));
  const read = inPage ? { "data-reading": reading, "data-from": points[0]?.step } : {};
  return group({ class: "series", ...attributes, ...read }, [linePath(line, frame, style)]);
}

/** A curve's band, which is empty for one run. */
export function curveBand({ attributes, style }: DrawnCurve, points: readonly CurvePoint[], frame: Frame): SvgNode {
  const intervals = points
    .filter(({ low }) => Number.isFinite(low))
    .map(({ step, low, high }) => ({ x: step, low, high }));
  const marks = intervals.length > 0 ? [bandPath(intervals, frame, style.colour)] : [];
  return group({ class: "band", ...attributes }, marks);
}
