import type { LossSet, RunRecord } from "../records/record.ts";
import { mean, quantileSorted, standardError } from "../stats/moments.ts";
import type { SweepCell } from "./cells.ts";
import type { FigureOptions } from "./figure.ts";

/** A statistic over a cell's runs at one step. */
export interface CurvePoint {
  readonly step: number;
  /** Runs that it is over. */
  readonly runs: number;
  readonly value: number;
  /** Its 95 % interval; NaN of one run. */
  readonly low: number;
  readonly high: number;
}

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(
  { runs }: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): CurvePoint[] {
  const { steps } = (runs[0] as RunRecord).curve;
  return steps.map((step, i) => {
    const losses = Float64Array.from(runs, (run) => taskMean(run, loss, i)).sort();
    return { step, runs: losses.length, ...(statistic === "mean" ? meanInterval(losses) : medianInterval(losses)) };
  });
}

/** As `curveLosses` gives it, without an object for each of the many. */
export function taskMean({ curve }: RunRecord, set: LossSet, i: number): number {
  const tasks = curve[set].length / curve.steps.length;
  let sum = 0;
  for (let k = 0; k < tasks; k++) sum += curve[set][i * tasks + k] as number;
  return sum / tasks;
}

/** The two-sided 95 % quantile of the standard normal distribution. */
const Z = 1.959964;

function meanInterval(losses: Float64Array): Omit<CurvePoint, "step" | "runs"> {
  const value = mean(losses);
  const half = Z * standardError(losses);
  return { value, low: value - half, high: value + half };
}

/** Between order statistics, which holds for any distribution. */
function medianInterval(sorted: Float64Array): Omit<CurvePoint, "step" | "runs"> {
  const n = sorted.length;
  const half = (Z * Math.sqrt(n)) / 2;
  const rank = (r: number) => (n < 2 ? Number.NaN : (sorted[Math.min(n, Math.max(1, r)) - 1] as number));
  return {
    value: quantileSorted(sorted, 0.5),
    low: rank(Math.floor(n / 2 - half)),
    high: rank(Math.ceil(n / 2 + 1 + half)),
  };
}
