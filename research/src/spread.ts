import { mean } from "../../src/stats/moments.ts";
import { LITERAL_END } from "./distance.ts";
import { chanceDistance, earthMover } from "./earth-mover.ts";
import { READINGS, type Reading, type RunFinal, runningAt } from "./finals.ts";
import { publishedFinals } from "./published-finals.ts";

/** How far the final losses of a setting's runs are from those of the paper's Figure 5, in units of label variance. */
export interface Spread {
  /** Mean of the cells' earth mover's distances. */
  readonly emd: number;
  /** What it would be if both were samples of one distribution. */
  readonly chance: number;
  readonly cells: ReadonlyMap<string, number>;
}

/**
 * After `end` steps, in the cells that the paper's counts are known of; undefined if none of them was trained, or if a run
 * is more than twice as long, so that its losses at `end` are not known.
 */
export function spreadOf(
  byCell: ReadonlyMap<string, readonly RunFinal[]>,
  reading: Reading,
  end: number = LITERAL_END,
): Spread | undefined {
  const known = [...byCell].flatMap(([cell, finals]) => {
    const bins = publishedFinals.get(cell);
    return bins === undefined ? [] : [{ cell, bins, finals }];
  });
  const isKnown = ({ steps }: RunFinal) => end >= steps / 2;
  if (known.length === 0 || !known.every(({ finals }) => finals.every(isKnown))) return undefined;
  const distances = known.map(({ bins, finals }) => earthMover(endsOf(finals, reading, end), bins));
  return {
    emd: mean(distances),
    chance: mean(known.map(({ bins, finals }) => chanceDistance(bins, finals.length))),
    cells: new Map(known.map(({ cell }, i) => [cell, distances[i]])),
  };
}

/** What a reading shows of some runs after `end` steps. */
export function endsOf(finals: readonly RunFinal[], reading: Reading, end: number = LITERAL_END): number[] {
  return finals.flatMap((final) => READINGS[reading](runningAt(final, end)));
}
