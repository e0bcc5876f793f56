// How far two trainings of the same runs are apart, and how far they may be.
import type { Run } from "../../src/engines/engine.ts";
import { quantileSorted } from "../../src/stats/moments.ts";
import type { Trained } from "./train.ts";

/** Relative differences of losses, each of a task of a run. */
export interface Differences {
  readonly median: number;
  readonly largest: number;
}

/** What is allowed after each checkpoint, where the training is not chaotic yet. */
const TOLERANCES: readonly Differences[] = [
  { median: 1e-6, largest: 1e-5 },
  { median: 1e-5, largest: 1e-2 },
  { median: 1e-2, largest: 5e-2 },
];

/** How many times as far apart as by a last bit the median may be, where that is beyond its tolerance. */
const TIMES_A_BIT = 3;

/** Between two trainings of `runs`, after a checkpoint. */
export function differencesAfter(
  runs: readonly Run[],
  at: number,
  [one, other]: readonly [Trained, Trained],
): Differences {
  const losses = (trained: Trained) => runs.flatMap(({ id }) => trained.get(id)?.heldout[at] as readonly number[]);
  const theirs = losses(one);
  const sorted = Float64Array.from(losses(other), (loss, i) => Math.abs(loss / (theirs[i] as number) - 1)).sort();
  return { median: quantileSorted(sorted, 0.5), largest: quantileSorted(sorted, 1) };
}

/**
 * What is allowed after a checkpoint, where a last bit alone makes the differences `byABit`. A tolerance that the
 * reference itself breaks by a bit tells nothing of an engine: the median may then be a few times as large as by a bit,
 * and the largest has no bound.
 */
export function allowedAfter(at: number, byABit: Differences): Differences {
  const { median, largest } = TOLERANCES[at] as Differences;
  return {
    median: Math.max(median, TIMES_A_BIT * byABit.median),
    largest: byABit.largest > largest ? Number.POSITIVE_INFINITY : largest,
  };
}
