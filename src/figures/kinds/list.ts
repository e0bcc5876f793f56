import { calibration } from "./calibration.ts";
import { cost } from "./cost.ts";
import { differences } from "./differences.ts";
import { distributions } from "./distributions.ts";
import { figure3 } from "./figure3.ts";
import { figure4 } from "./figure4.ts";
import { figure5 } from "./figure5.ts";
import { finalLoss } from "./final-loss.ts";
import { front } from "./front.ts";
import { gateDistance, gateWeights } from "./gates.ts";
import { grid } from "./grid.ts";
import { map } from "./map.ts";
import { metricCurves, metrics } from "./metrics.ts";
import { alignment, conflict } from "./quantities.ts";
import { runs } from "./runs.ts";
import { seesaw } from "./seesaw.ts";
import { taskLosses } from "./task-losses.ts";
import { trainHeldout } from "./train-heldout.ts";

/** The figures of a sweep that are drawn of rows, in the order in which they are shown. */
export const ROW_FIGURES = [
  figure3,
  figure4,
  figure5,
  finalLoss,
  differences,
  distributions,
  runs,
  trainHeldout,
  taskLosses,
  cost,
  seesaw,
  grid,
  map,
  front,
  metrics,
  metricCurves,
  calibration,
  gateDistance,
  gateWeights,
  conflict,
  alignment,
];
