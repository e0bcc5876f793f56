import { listedKeys, valuesOf } from "../config/grid.ts";
import type { LossSet } from "../config/loss-sets.ts";
import type { GridKey } from "../config/settings.ts";
import { UsageError } from "../errors.ts";
import { type GridPoint, pointText } from "../identity/cell.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { describe } from "../stats/describe.ts";
import { type Estimate, LEAST_RUNS } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { comparePairs } from "../stats/pairs.ts";
import { cellMetrics, type TuneMetric } from "./tune-metric.ts";

export const TUNED_BY = ["model", "cell"] as const;

export interface TuneOptions {
  readonly loss: LossSet;
  /** What decides in place of the loss. */
  readonly metric?: TuneMetric | undefined;
  /** Choose for each model, by its mean over correlations, or for each model at each correlation. */
  readonly by: (typeof TUNED_BY)[number];
  /** Listed settings for each value of which others are chosen; by default none. */
  readonly each?: readonly GridKey[];
}

/** One of the points that a choice is made from. */
export interface Candidate {
  readonly point: GridPoint;
  /** Mean final loss, or metric, over runs; by model, of their means over correlations. */
  readonly mean: Estimate;
  /** Runs in that mean. */
  readonly runs: number;
  /** A point with failed runs is not chosen: the mean says nothing of them. */
  readonly failed: number;
}

/** The point of the best mean of a model, or of a cell: the lowest final loss, or what a metric says. */
export interface Pick {
  readonly model: string;
  /** Undefined for a choice by model, and for rows of the user's own. */
  readonly correlation: number | undefined;
  /** The values of the settings for each of which something is chosen; they are in no point of the pick. */
  readonly at: GridPoint;
  /** In the order of the sweep's lists. */
  readonly candidates: readonly Candidate[];
  readonly chosen: GridPoint;
  /** The next best point, and by how much it is worse, run by run; undefined if there is no other. */
  readonly next: { readonly point: GridPoint; readonly behind: Estimate; readonly runs: number } | undefined;
  /** Whether the runs tell the choice apart from the next best: the interval lies above zero, and the runs are enough. */
  readonly sure: boolean;
  /** Listed settings whose chosen number is the least or the greatest: a better one may lie beyond. */
  readonly atEnd: readonly GridKey[];
}

/**
 * Chooses a grid point for each model, or each cell, by final losses; with `each`, at each value of those settings. Throws
 * UsageError if one has none.
 */
export function tune(results: Results, { loss, metric, by, each = [] }: TuneOptions): Pick[] {
  const isEach = (key: string) => each.some((one) => one === key);
  const cells = metric ? cellMetrics(results, metric) : cellLosses(results, loss);
  const groups = groupBy(cells, ({ model, correlation, point }) => {
    const at = pointText(partOf(point, isEach));
    return by === "model" ? `${model} ${at}` : `${model} ${correlation} ${at}`;
  });
  return [...groups.values()].map((group) => {
    const at = partOf(group[0].point, isEach);
    const open = group.map((cell) => ({ ...cell, point: partOf(cell.point, (key) => !isEach(key)) }));
    return { ...pickOf(open, results, by, metric?.isHigherBetter), at };
  });
}

function partOf(point: GridPoint, isPart: (key: string) => boolean): GridPoint {
  return Object.fromEntries(Object.entries(point).filter(([key]) => isPart(key)));
}

interface Contender extends Candidate {
  /** Each run's loss; by model, its mean over correlations. */
  readonly losses: Float64Array;
}

function pickOf(
  group: readonly CellLosses[],
  results: Results,
  by: TuneOptions["by"],
  isHigherBetter = false,
): Omit<Pick, "at"> {
  const { model, correlation } = group[0];
  const runs = commonRuns(group.filter(({ failed }) => failed.length === 0));
  const contenders = [...groupBy(group, ({ point }) => pointText(point)).values()].map((cells) =>
    contenderOf(cells, runs),
  );
  const worse = (a: number, b: number) => (isHigherBetter ? b - a : a - b);
  const whole = contenders.filter(({ failed }) => failed === 0);
  const [best, next] = whole.sort((a, b) => worse(a.mean.value, b.mean.value));
  if (best === undefined || best.losses.length === 0)
    throw new UsageError(`${results.path}: at every point some runs of ${model} failed; give other values`);
  const [first, second] = isHigherBetter ? [best, next] : [next, best];
  const behind = first && second && comparePairs(first.losses, second.losses).mean;
  return {
    model,
    correlation: by === "model" ? undefined : (correlation ?? undefined),
    candidates: contenders.map(({ losses: _, ...candidate }) => candidate),
    chosen: best.point,
    next: next && behind && { point: next.point, behind, runs: best.losses.length },
    sure: behind !== undefined && behind.low > 0 && best.losses.length >= LEAST_RUNS,
    atEnd: listedKeys(results.config).filter((key) => key in best.point && isAtEnd(best.point, key, results)),
  };
}

/** One point of a model, at one correlation or several. */
function contenderOf(cells: readonly CellLosses[], runs: readonly number[]): Contender {
  const failed = cells.reduce((sum, cell) => sum + cell.failed.length, 0);
  const own = failed === 0 ? runs : commonRuns(cells);
  const perCell = cells.map((cell) => lossesOf(cell, own));
  const losses = Float64Array.from(own, (_, i) => {
    return perCell.reduce((sum, one) => sum + one[i], 0) / perCell.length;
  });
  return { point: cells[0].point, mean: describe(losses).mean, runs: own.length, failed, losses };
}

function isAtEnd(chosen: GridPoint, key: GridKey, { config }: Results): boolean {
  const values = valuesOf(config, key);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) return false;
  return chosen[key] === Math.min(...numbers) || chosen[key] === Math.max(...numbers);
}
