import type { LossSet } from "../config/losses.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { type CellLosses, cellLosses, commonRuns, lossesOf, overlapOf } from "../records/cell-losses.ts";
import { toCsv } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { bcaInterval, bootstrap, estimateOf, estimatesOf, onlyColumn } from "../stats/bootstrap.ts";
import { type Estimate, type Interval, LEAST_SHOWN, LEVEL, leastDeciding } from "../stats/estimate.ts";
import { overSplits } from "../stats/f-distribution.ts";
import { mean } from "../stats/moments.ts";
import { differences } from "../stats/pairs.ts";
import { POWER, pairsToTell } from "../stats/power.ts";

/** A cell of two results folders, A and B, over the runs that are done in both. */
interface CellChange extends Cell {
  readonly pairs: number;
  /** Pairs that ended at the same loss to the last digit. */
  readonly equal: number;
  /** Mean loss in A, over the pairs. */
  readonly mean: number;
  /** Mean of B's loss minus A's, with its 95 % interval. */
  readonly change: Estimate;
  readonly verdict: "worse" | "better" | "same" | "undecided";
  /** Pairs that decide a cell with such a mean change; NaN where it is decided, and for fewer than five pairs. */
  readonly needed: number;
}

export interface Change {
  readonly loss: LossSet;
  readonly tolerance: number;
  /** The cells that both folders have. */
  readonly cells: readonly CellChange[];
  /** Runs that are done in one folder and have not ended in the other. */
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
  /** Runs that are done in one folder and failed in the other. */
  readonly failedInA: readonly string[];
  readonly failedInB: readonly string[];
  /** True if a cell is worse, or if a run that is done in A failed in B. */
  readonly worse: boolean;
}

/**
 * Compares B with A run by run. A cell is worse if the whole interval of its mean change lies above `tolerance`, better
 * if it lies below -tolerance, the same if it lies between. The interval's level is raised so that for all cells
 * together a wrong verdict is given in at most 5 % of comparisons (Bonferroni). With fewer than 20 pairs, or 5 of runs that share
 * rows, a cell is undecided.
 */
export function changeBetween(a: Results, b: Results, { loss, tolerance }: Pick<Change, "loss" | "tolerance">): Change {
  const others = new Map(cellLosses(b, loss).map((cell) => [cellKey(cell), cell]));
  const both = cellLosses(a, loss).flatMap((cell): [CellLosses, CellLosses][] => {
    const other = others.get(cellKey(cell));
    return other ? [[cell, other]] : [];
  });
  const cells = both.map((pair) => changeOf(pair, tolerance, 1 - (1 - LEVEL) / both.length));
  const [doneInA, doneInB] = [endedOtherwise(a.records, b.records), endedOtherwise(b.records, a.records)];
  return {
    loss,
    tolerance,
    cells,
    onlyInA: doneInA.absent,
    onlyInB: doneInB.absent,
    failedInA: doneInB.failed,
    failedInB: doneInA.failed,
    worse: doneInA.failed.length > 0 || cells.some(({ verdict }) => verdict === "worse"),
  };
}

function changeOf([a, b]: readonly [CellLosses, CellLosses], tolerance: number, level: number): CellChange {
  const runs = commonRuns([a, b]);
  const [before, after] = [lossesOf(a, runs), lossesOf(b, runs)];
  const changes = differences(after, before);
  const overlap = overlapOf([a, b]);
  const equal = changes.filter((one) => one === 0).length;
  const { change, low, high } =
    overlap > 0 ? changeOverSplits(changes, overlap, level) : resampledChange(changes, level);
  const verdict = runs.length >= leastDeciding(overlap) ? verdictOf(low, high, tolerance) : "undecided";
  return {
    ...cellOf(a),
    pairs: runs.length,
    equal,
    mean: mean(before),
    change,
    verdict,
    needed: verdict === "undecided" ? pairsNeeded(changes, tolerance, 1 - level, overlap) : Number.NaN,
  };
}

/** A mean change, and the ends of its interval of a level. */
interface LevelChange extends Interval {
  readonly change: Estimate;
}

function resampledChange(changes: Float64Array, level: number): LevelChange {
  const change = bootstrap([changes], onlyColumn, { mean }).mean;
  const { low, high } = bcaInterval(change, level);
  return { change: estimateOf(change), low, high };
}

/** Of runs that share rows. */
function changeOverSplits(changes: Float64Array, overlap: number, level: number): LevelChange {
  return { ...overSplits(changes, overlap, level), change: estimatesOf(changes, { mean }, overlap).mean };
}

function verdictOf(low: number, high: number, tolerance: number): CellChange["verdict"] {
  if (low > tolerance) return "worse";
  if (high < -tolerance) return "better";
  return low >= -tolerance && high <= tolerance ? "same" : "undecided";
}

/**
 * Pairs of which the interval of this mean change lies on one side of both bounds, or between them, with a probability of 80 %. Between
 * them each end may miss with half of the rest.
 */
function pairsNeeded(changes: Float64Array, tolerance: number, level: number, overlap: number): number {
  if (changes.length < LEAST_SHOWN) return Number.NaN;
  const inside = tolerance - Math.abs(mean(changes));
  const power = inside > 0 ? (1 + POWER) / 2 : POWER;
  const least = Math.max(leastDeciding(overlap), changes.length + 1);
  return Math.max(least, pairsToTell(changes, Math.abs(inside), { level, power, overlap }));
}

/** Ids of the runs that are done in `records`, and failed or missing in `others`. */
function endedOtherwise(
  records: readonly RunRecord[],
  others: readonly RunRecord[],
): { failed: string[]; absent: string[] } {
  const nameOf = (record: RunRecord) => `${cellKey(record)} ${record.run}`; // ids have the chosen values too
  const status = new Map(others.map((record) => [nameOf(record), record.status]));
  const done = records.filter((record) => record.status === "done");
  const idsOf = (some: readonly RunRecord[]) => some.map(({ id }) => id);
  return {
    failed: idsOf(done.filter((record) => status.get(nameOf(record)) === "failed")),
    absent: idsOf(done.filter((record) => !status.has(nameOf(record)))),
  };
}

/** What changed between two folders as CSV: a row for each cell that both have. */
export function changeCsv({ loss, tolerance, cells }: Change): string {
  return toCsv(
    cells.map(({ model, correlation, point, pairs, equal, mean, change, verdict, needed }) => ({
      loss,
      model,
      correlation,
      ...point,
      pairs,
      equal,
      meanInA: mean,
      change: change.value,
      low: change.low,
      high: change.high,
      tolerance,
      verdict,
      needed,
    })),
  );
}
