import type { LossSet, RunRecord } from "../records/record.ts";
import type { Estimate } from "../stats/estimate.ts";
import type { SweepCell } from "./cells.ts";
import type { FigureOptions } from "./figure.ts";
import { quickEstimate } from "./interval.ts";

/** A statistic over a cell's runs at one step. */
export interface CurvePoint extends Estimate {
  readonly step: number;
  /** Runs that it is over. */
  readonly runs: number;
}

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(
  { runs }: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): CurvePoint[] {
  const { steps } = (runs[0] as RunRecord).curve;
  return steps.map((step, i) => {
    const losses = Float64Array.from(runs, (run) => taskMean(run, loss, i)).sort();
    return { step, runs: losses.length, ...quickEstimate(losses, statistic) };
  });
}

/** As `curveLosses` gives it, without an object for each of the many. */
export function taskMean({ curve }: RunRecord, set: LossSet, i: number): number {
  const tasks = curve[set].length / curve.steps.length;
  let sum = 0;
  for (let k = 0; k < tasks; k++) sum += curve[set][i * tasks + k] as number;
  return sum / tasks;
}
