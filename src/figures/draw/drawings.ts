import { againstSetting } from "./against-setting.ts";
import { calibration } from "./calibration.ts";
import { cost } from "./cost.ts";
import { pairedDifferences } from "./differences.ts";
import { distributions } from "./distributions.ts";
import type { OfCell, Sweep } from "./facts.ts";
import { type Draw, type FigureOptions, type Picture, page, type Unavailable } from "./figure.ts";
import { figure5 } from "./figure5.ts";
import { finalLoss } from "./final-loss.ts";
import { gateDistance, gateWeights } from "./gates.ts";
import { figure3, figure4 } from "./loss-curves.ts";
import { metricCurves, metrics } from "./metrics.ts";
import { alignment, conflict } from "./quantity-curves.ts";
import { runCurves } from "./run-curves.ts";
import { seesaw } from "./seesaw.ts";
import { styledRows } from "./style.ts";
import { taskLosses } from "./task-losses.ts";
import { trainHeldout } from "./train-heldout.ts";
import { runsSentence } from "./words.ts";

/** The figures that are drawn of rows, by name. */
export const DRAWINGS = {
  figure3,
  figure4,
  figure5,
  "final-loss": finalLoss,
  differences: pairedDifferences,
  distributions,
  runs: runCurves,
  "train-heldout": trainHeldout,
  "task-losses": taskLosses,
  cost,
  seesaw,
  grid: againstSetting,
  metrics,
  "metric-curves": metricCurves,
  calibration,
  "gate-distance": gateDistance,
  "gate-weights": gateWeights,
  conflict,
  alignment,
};

export type DrawingName = keyof typeof DRAWINGS;

/** The picture of a figure that is drawn of rows, or what it lacks. */
export function pictureOf(
  name: DrawingName,
  rows: readonly object[],
  sweep: Sweep,
  options: FigureOptions,
): Picture | Unavailable {
  const given = { rows: rows as OfCell[], sweep, options, ...styledRows(rows as OfCell[], sweep, options) };
  const drawn = (DRAWINGS[name] as Draw<object>)(given);
  if ("lacking" in drawn) return { name, ...drawn };
  const { caption, leftOut = "", runs = runsSentence(given.cells, sweep) } = drawn;
  return page({ ...drawn, name, caption: `${caption}${leftOut} ${runs}`, theme: given.theme });
}
