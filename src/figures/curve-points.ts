import { type EachLoss, eachLoss, LOSS_SETS, type LossSet } from "../config/loss-sets.ts";
import { memo } from "../memo.ts";
import { cellEvaluations } from "../records/cell-evaluations.ts";
import type { Estimate } from "../stats/estimate.ts";
import { meanInterval, medianInterval } from "../stats/interval.ts";
import { quantileSorted } from "../stats/moments.ts";
import { sortAscending } from "../stats/sort.ts";
import type { FigureOptions } from "./draw/figure.ts";
import type { Quantiles } from "./draw/run-curves.ts";
import type { CurvePoint } from "./draw/step-panels.ts";
import type { SweepCell } from "./sweep-cells.ts";

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(
  cell: SweepCell,
  { loss, statistic }: Pick<FigureOptions, "loss" | "statistic">,
): readonly CurvePoint[] {
  return pointsOf(cell)[loss].map((point) => ({ step: point.step, runs: point.runs, ...point[statistic] }));
}

interface Spread extends Quantiles {
  readonly step: number;
  readonly runs: number;
}

/** How the mean loss over tasks of all runs of a cell is spread, step by step. */
export function spreads(cell: SweepCell, set: LossSet): readonly Spread[] {
  return pointsOf(cell)[set].map(({ step, runs, spread }) => ({ step, runs, ...spread }));
}

/** Quantiles of ascending values. */
export function quantiles(sorted: ArrayLike<number>): Quantiles {
  const at = (q: number) => quantileSorted(sorted, q);
  return { min: at(0), q05: at(0.05), q25: at(0.25), median: at(0.5), q75: at(0.75), q95: at(0.95), max: at(1) };
}

/** All that figures show of a cell's losses at a step. */
interface Point {
  readonly step: number;
  /** Those that reached it: with early stopping not all. Those that ended before are in the statistics with their last loss. */
  readonly runs: number;
  readonly mean: Estimate;
  readonly median: Estimate;
  readonly spread: Quantiles;
}

/** Of all losses, as a curve may have to be read from the disk: sorted once, and not kept. */
const pointsOf = memo(({ runs }: SweepCell): EachLoss<readonly Point[]> => {
  const points = eachLoss((): Point[] => []);
  for (const evaluation of cellEvaluations(runs, undefined, true)) {
    if (evaluation === undefined) continue;
    const { step, reached, losses } = evaluation;
    for (const set of LOSS_SETS) points[set].push(pointOf(step, reached, losses[set][0]));
  }
  return points;
});

/** Sorts the losses. */
function pointOf(step: number, runs: number, losses: Float64Array): Point {
  const mean = meanInterval(losses);
  const sorted = sortAscending(losses);
  return { step, runs, mean, median: medianInterval(sorted), spread: quantiles(sorted) };
}
