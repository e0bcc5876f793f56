import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/loss-sets.ts";
import { memo } from "../memo.ts";
import { lossCurve, type RunRecord } from "../records/record.ts";
import type { Estimate } from "../stats/estimate.ts";
import { quantileSorted } from "../stats/moments.ts";
import { sortAscending } from "../stats/sort.ts";
import type { FigureOptions } from "./draw/figure.ts";
import type { Quantiles } from "./draw/run-curves.ts";
import type { CurvePoint } from "./draw/step-panels.ts";
import { meanInterval, medianInterval } from "./interval.ts";
import type { SweepCell } from "./sweep-cells.ts";

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(
  cell: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): readonly CurvePoint[] {
  return pointsOf(cell)[loss].map((point) => ({ step: point.step, runs: cell.runs.length, ...point[statistic] }));
}

interface Spread extends Quantiles {
  readonly step: number;
}

/** How the mean loss over tasks of all runs of a cell is spread, step by step. */
export function spreads(cell: SweepCell, set: LossSet): readonly Spread[] {
  return pointsOf(cell)[set].map(({ step, spread }) => ({ step, ...spread }));
}

/** Quantiles of ascending values. */
export function quantiles(sorted: ArrayLike<number>): Quantiles {
  const at = (q: number) => quantileSorted(sorted, q);
  return { min: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1) };
}

/** All that figures show of a cell's losses at a step. */
interface Point {
  readonly step: number;
  readonly mean: Estimate;
  readonly median: Estimate;
  readonly spread: Quantiles;
}

/** Of all losses, as a curve may have to be read from the disk: gathered and sorted once, and not kept. */
const pointsOf = memo((cell: SweepCell): EachLoss<readonly Point[]> => {
  const { steps } = (cell.runs[0] as RunRecord).curve;
  const losses = lossesByStep(cell);
  return eachLoss((set) =>
    steps.map((step, i) => {
      const values = losses[set][i] as Float64Array;
      const mean = meanInterval(values);
      const sorted = sortAscending(values);
      return { step, mean, median: medianInterval(sorted), spread: quantiles(sorted) };
    }),
  );
});

/** Mean loss over tasks, [evaluations][runs], read run by run, since each run's curve has its own memory. */
function lossesByStep({ runs }: SweepCell): EachLoss<Float64Array[]> {
  const { steps } = (runs[0] as RunRecord).curve;
  const losses = eachLoss(() => steps.map(() => new Float64Array(runs.length)));
  for (const [r, run] of runs.entries()) {
    for (const set of LOSS_SETS) {
      const curve = lossCurve(run, set);
      for (let i = 0; i < steps.length; i++) (losses[set][i] as Float64Array)[r] = curve[i] as number;
    }
  }
  return losses;
}
