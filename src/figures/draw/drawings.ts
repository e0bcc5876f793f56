import { againstSetting } from "./against-setting.ts";
import { calibration } from "./calibration.ts";
import { cost } from "./cost.ts";
import { pairedDifferences } from "./differences.ts";
import { distributions } from "./distributions.ts";
import type { Sweep } from "./facts.ts";
import type { FigureOptions, Picture, Unavailable } from "./figure.ts";
import { figure3 } from "./figure3.ts";
import { figure4 } from "./figure4.ts";
import { figure5 } from "./figure5.ts";
import { finalLoss } from "./final-loss.ts";
import { gateDistance, gateWeights } from "./gates.ts";
import { metricCurves, metrics } from "./metrics.ts";
import { alignment, conflict } from "./quantity-curves.ts";
import { runCurves } from "./run-curves.ts";
import { seesaw } from "./seesaw.ts";
import { taskLosses } from "./task-losses.ts";
import { trainHeldout } from "./train-heldout.ts";

/** Draws a figure of its rows: those of its CSV file, of all or some of a sweep's cells. */
export type Draw<Row> = (rows: readonly Row[], sweep: Sweep, options: FigureOptions) => Picture | Unavailable;

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
