// Rows of the figures of losses against steps.
import { type EachLoss, eachLoss, LOSS_SETS } from "../config/losses.ts";
import { memo } from "../memo.ts";
import { cellEvaluations } from "../records/cell-evaluations.ts";
import type { Results } from "../records/read-results.ts";
import type { Estimate } from "../stats/estimate.ts";
import { meanInterval, medianInterval, multiplied } from "../stats/interval.ts";
import { quantileSorted } from "../stats/moments.ts";
import { sortAscending } from "../stats/sort.ts";
import { type CurveRow, paperCurve } from "./draw/cell-curves.ts";
import type { CurvePoint } from "./draw/curve-panels.ts";
import { doneCells } from "./draw/facts.ts";
import type { FigureOptions } from "./draw/figure.ts";
import type { Quantiles, SpreadRow } from "./draw/run-curves.ts";
import { lossFactor, type SweepCell, sweepCells, sweepOf } from "./sweep-facts.ts";

/** The curve of every cell, or of those of one model. */
export function curveRows(results: Results, options: FigureOptions, model?: string): CurveRow[] {
  const sweep = sweepOf(results);
  const drawn = doneCells(sweep);
  const factor = lossFactor(sweep, options);
  return sweepCells(results).flatMap((cell, i) => {
    if (model !== undefined && cell.model !== model) return [];
    const paper = paperCurve(drawn[i], sweep, options);
    const published = new Map(paper.map(({ step, loss }) => [step, loss]));
    const rows = rowsOf(cell, options).map((row) => multiplied(row, factor));
    return options.paper ? rows.map((row) => ({ ...row, paper: published.get(row.step) ?? Number.NaN })) : rows;
  });
}

/** Mean curves of all losses, but not of a running mean that is the training loss everywhere, as that of a single evaluation is. */
export function trainHeldoutRows(results: Results, options: FigureOptions): CurveRow[] {
  const cells = sweepCells(results);
  const mean = (cell: SweepCell, loss: FigureOptions["loss"]) => rowsOf(cell, { ...options, loss, statistic: "mean" });
  const distinct = cells.some((cell) => {
    const training = mean(cell, "train");
    return mean(cell, "running").some(({ value }, i) => value !== training[i]?.value);
  });
  const sets = LOSS_SETS.filter((set) => set !== "running" || distinct);
  return cells.flatMap((cell) => sets.flatMap((set) => mean(cell, set)));
}

/** How the runs of every cell are spread at each step. */
export function spreadRows(results: Results, { loss }: FigureOptions): SpreadRow[] {
  return sweepCells(results).flatMap((cell) => {
    const { model, correlation } = cell;
    return pointsOf(cell)[loss].map(({ step, runs, spread }) => ({ model, correlation, loss, step, runs, ...spread }));
  });
}

type Shown = Pick<FigureOptions, "loss" | "statistic">;

function rowsOf(cell: SweepCell, { loss, statistic }: Shown): CurveRow[] {
  const { model, correlation } = cell;
  return cellCurve(cell, { loss, statistic }).map(({ step, runs, value, low, high }) => {
    return { model, correlation, step, runs, loss, statistic, value, low, high };
  });
}

/** Mean loss over tasks against steps, over all runs of the cell that are done. */
export function cellCurve(cell: SweepCell, { loss, statistic }: Shown): readonly CurvePoint[] {
  return pointsOf(cell)[loss].map((point) => ({ step: point.step, runs: point.runs, ...point[statistic] }));
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
