import type { DrawnCell } from "./facts.ts";
import type { FigureOptions } from "./figure.ts";
import { framed, lossScale } from "./loss-axis.ts";
import { linearScale, type Scale, shortNumber } from "./scale.ts";
import { type Frame, linePath, markerAt } from "./series.ts";
import {
  type CurvePanel,
  type CurvePoint,
  curveBand,
  curveLine,
  type DrawnCurve,
  type Panels,
  type PanelsOptions,
  type RoomOptions,
  stepPanels,
} from "./step-panels.ts";
import { group, type SvgNode } from "./svg.ts";
import type { Theme } from "./theme.ts";
import { correlationWords } from "./words.ts";

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

/** Most panels of one group of models; of several groups each has a row. */
const MOST = 9;
const A_ROW = 3;

/** Most correlations of which there is room for panels. */
export function mostCorrelations(groups: readonly string[][]): number {
  return groups.length > 1 ? A_ROW : MOST;
}

/** For each group of models a panel for each of the correlations. */
export function groupPanels(
  groups: readonly string[][],
  correlations: readonly (number | null)[],
  curves: ReadonlyMap<DrawnCell, DrawnCurve>,
): CurvePanel[][] {
  return groups.map((models) =>
    correlations.map((correlation) => {
      const here = [...curves].filter(([cell]) => cell.correlation === correlation && models.includes(cell.model));
      return {
        ...(correlation !== null && { title: correlationWords(correlation) }),
        attributes: { "data-correlation": correlation },
        curves: here.map(([, curve]) => curve),
      };
    }),
  );
}

/** For a caption. */
export function groupsSentence(groups: readonly string[][]): string {
  return groups.length > 1 ? ` The models are in ${groups.length} rows of panels, each below its key.` : "";
}

/** The share of the steps from which differences are drawn: step 1,000 of the paper's axis. Before it losses fall steeply. */
export const SETTLED = 0.1;

/** Room above and below the values, as a share of their range. */
const BEYOND = 0.04;

/** Panels of ours minus the paper's with our bands, at the steps that both have, from `SETTLED` on. */
export function differencePanels(panels: readonly CurvePanel[], place: PanelsOptions): Panels {
  return zeroPanels(panels, place, offPaper, "off");
}

/** Panels with one axis of values below and above 0, which has room for `room`: each curve with its band. */
export function signedPanels(panels: readonly CurvePanel[], place: RoomOptions): Panels {
  return zeroPanels(panels, place, ({ points }) => points, "value");
}

/** Panels with a line at 0 and one axis of the points that `drawn` gives of each curve. */
function zeroPanels(
  panels: readonly CurvePanel[],
  place: RoomOptions,
  drawn: (curve: DrawnCurve) => readonly CurvePoint[],
  reading: "value" | "off",
): Panels {
  const { theme, room = panels } = place;
  const values = room
    .flatMap(({ curves }) => curves.flatMap(drawn))
    .flatMap(({ value, low, high }) => [value, low, high])
    .filter(Number.isFinite);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const beyond = (high - low || 1) * BEYOND;
  return stepPanels(
    panels,
    place,
    (range) => linearScale(low - beyond, high + beyond, { range, count: 5, label: shortNumber }),
    (frame, { curves }) => [
      zeroLine(frame, theme),
      ...curves.map((curve) => curveBand(curve, drawn(curve), frame)),
      ...curves.map((curve) => curveLine(curve, drawn(curve), frame, theme, reading)),
    ],
  );
}

/** The paper's values have no interval, so ours is that of the difference. */
export function offPaper({ points, paper }: DrawnCurve): CurvePoint[] {
  const last = points.at(-1)?.step ?? 0;
  const theirs = new Map(paper.map(({ step, loss }) => [step, loss]));
  return points.flatMap((point) => {
    const loss = theirs.get(point.step);
    if (loss === undefined || point.step < SETTLED * last) return [];
    return [{ ...point, value: point.value - loss, low: point.low - loss, high: point.high - loss }];
  });
}

function zeroLine({ x, y }: Frame, { quiet }: Theme): SvgNode {
  const points = x.domain.map((step) => ({ x: step, y: 0 }));
  return linePath(points, { x, y }, { colour: quiet, dash: undefined }, { width: 0.6 });
}
