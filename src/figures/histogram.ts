/** Width of the paper's bins. */
export const BIN = 1 / 30;
/** Losses from here on share the last bin, since a run may end anywhere. */
export const LARGEST = 2;

export interface Histogram {
  /** Runs in [i / 30, (i + 1) / 30). */
  readonly counts: readonly number[];
  /** The last bin holds all losses from its start on. */
  readonly open: boolean;
}

/** Counts of ascending losses in the paper's bins, as many as reach the largest. */
export function histogram(sorted: Float64Array): Histogram {
  const largest = sorted.at(-1) ?? 0;
  const open = largest >= LARGEST;
  const last = binOf(Math.min(largest, LARGEST));
  const counts = new Array<number>(last + 1).fill(0);
  for (const loss of sorted) counts[Math.min(last, binOf(loss))] = (counts[Math.min(last, binOf(loss))] as number) + 1;
  return { counts, open };
}

/** The multiple of the width decides, not the quotient: 0.1 / (1 / 30) is 3. */
function binOf(loss: number): number {
  return Math.floor(loss * 30);
}
