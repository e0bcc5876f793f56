import { linearScale, shortNumber } from "./scale.ts";
import { type Frame, linePath } from "./series.ts";
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
import type { SvgNode } from "./svg.ts";
import type { Theme } from "./theme.ts";

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
