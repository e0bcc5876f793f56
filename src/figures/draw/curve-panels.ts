import type { FigureOptions } from "./figure.ts";
import { framed, lossScale } from "./loss-axis.ts";
import type { Scale } from "./scale.ts";
import { type Frame, markerAt } from "./series.ts";
import {
  type CurvePanel,
  curveBand,
  curveLine,
  type DrawnCurve,
  type Panels,
  type RoomOptions,
  stepPanels,
} from "./step-panels.ts";
import { group, type SvgNode } from "./svg.ts";
import type { Theme } from "./theme.ts";

interface CurveOptions extends RoomOptions {
  readonly options: Pick<FigureOptions, "scale" | "fits" | "yLimits">;
  /** Share of the steps before which a curve may leave the frame; as `framed` has it by default. */
  readonly start?: number;
}

/** Panels with one axis of losses: each curve with its band, and the paper's as a row of hollow markers. */
export function curvePanels(panels: readonly CurvePanel[], place: CurveOptions): Panels {
  const { options, theme, room = panels, start } = place;
  const values = room.flatMap(({ curves }) => curves.flatMap((curve) => valuesOf(curve, options.scale, start)));
  return stepPanels(
    panels,
    place,
    (range) => lossScale(values, options, range),
    (frame, { curves }) => [
      ...curves.map((curve) => curveBand(curve, curve.points, frame)),
      ...curves.flatMap((curve) => paperMarkers(curve, frame, theme)),
      ...curves.map((curve) => curveLine(curve, curve.points, frame, theme)),
    ],
  );
}

/** What the axis must have room for. */
function valuesOf({ points, paper }: DrawnCurve, scale: FigureOptions["scale"], start?: number): number[] {
  const last = points.at(-1)?.step ?? 0;
  const ours = start === undefined ? framed(points, scale) : points.filter(({ step }) => step >= start * last);
  const theirs = start === undefined ? paper : paper.filter(({ step }) => step >= start * last);
  return [...ours.flatMap(({ value, low, high }) => [value, low, high]), ...theirs.map(({ loss }) => loss)];
}

/** The paper's curves have a marker every this many points. */
const SPARSE = 8;

function paperMarkers({ attributes, paper, style }: DrawnCurve, { x, y }: Frame, { background }: Theme): SvgNode[] {
  const shown = paper.filter(({ step, loss }, i) => i % SPARSE === 0 && isWithin(step, x) && isWithin(loss, y));
  if (shown.length === 0) return [];
  const markers = shown.map(({ step, loss }) =>
    markerAt(style.marker, x.at(step), y.at(loss), { fill: background, stroke: style.colour, area: 9 }),
  );
  return [group({ class: "paper", ...attributes }, markers)];
}

function isWithin(value: number, { domain: [low, high] }: Scale): boolean {
  return value >= low && value <= high;
}
