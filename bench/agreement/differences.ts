// How far two trainings of the same runs are apart, and how far they may be.
import type { Run } from "../../src/engines/engine.ts";
import { quantileSorted } from "../../src/stats/moments.ts";
import type { Trained } from "./train.ts";

/** Relative differences of losses, each of a task of a run. */
export interface Differences {
  readonly median: number;
  readonly largest: number;
}

/** Largest differences after each checkpoint, as long as the training is not chaotic yet. */
const TOLERANCES: readonly Differences[] = [
  { median: 1e-6, largest: 1e-5 },
  { median: 1e-5, largest: 1e-2 },
  { median: 1e-2, largest: 5e-2 },
];

/** If a last bit alone takes the median beyond its tolerance, it may be this many times as large as with the bit. */
const TIMES_A_BIT = 3;

/** Differences between two trainings of `runs`, after a checkpoint. */
export function differencesAfter(
  runs: readonly Run[],
  at: number,
  [one, other]: readonly [Trained, Trained],
): Differences {
  const losses = (trained: Trained) => runs.flatMap(({ id }) => trained.get(id)?.heldout[at] as readonly number[]);
  const theirs = losses(one);
  const sorted = Float64Array.from(losses(other), (loss, i) => Math.abs(loss / theirs[i] - 1)).sort();
  return { median: quantileSorted(sorted, 0.5), largest: quantileSorted(sorted, 1) };
}

/**
 * Largest differences after a checkpoint, if a last bit alone makes the differences `byABit`. A tolerance that a last
 * bit of the reference breaks says nothing about an engine: then the median may be a few times as large as with the
 * bit, and the largest has no bound.
 */
export function allowedAfter(at: number, byABit: Differences): Differences {
  const { median, largest } = TOLERANCES[at];
  return {
    median: Math.max(median, TIMES_A_BIT * byABit.median),
    largest: byABit.largest > largest ? Number.POSITIVE_INFINITY : largest,
  };
}
