import { memo } from "../memo.ts";
import type { LossSet, RunRecord } from "../records/record.ts";
import { quantileSorted } from "../stats/moments.ts";
import { lossesByStep } from "./curve-points.ts";
import type { Quantiles } from "./draw/run-curves.ts";
import type { SweepCell } from "./sweep-cells.ts";

/** Quantiles of ascending values. */
export function quantiles(sorted: ArrayLike<number>): Quantiles {
  const at = (q: number) => quantileSorted(sorted, q);
  return { min: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1) };
}

export interface Spread extends Quantiles {
  readonly step: number;
}

/** Mean loss over tasks of all runs of a cell, step by step. */
export const spreads = memo((cell: SweepCell, set: LossSet): readonly Spread[] => {
  const { steps } = (cell.runs[0] as RunRecord).curve;
  const losses = lossesByStep(cell, set);
  return steps.map((step, i) => ({ step, ...quantiles((losses[i] as Float64Array).sort()) }));
});
