import { scaleLinear } from "d3-scale";

/** Width of the paper's bins. */
export const BIN_WIDTH = 1 / 30;
/** Losses from here on share the last bin, since a run may end anywhere. */
const LARGEST = 2;

/** About as many bins fit losses on rows of the user's own. */
const FITTED = 20;

/** The edges of bins of a round width, from the least to the largest of some losses. */
export function fittedEdges(losses: readonly number[]): number[] {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const ends = low < high ? [low, high] : [low - 0.01, high + 0.01];
  return scaleLinear(ends, [0, 1]).nice(FITTED).ticks(FITTED);
}

/** Counts of losses between these edges; one at the last edge is in the last bin. */
export function countsBetween(edges: readonly number[], losses: Float64Array): number[] {
  const last = edges.length - 2;
  const counts = new Array<number>(last + 1).fill(0);
  for (const loss of losses) {
    const i = Math.min(
      last,
      edges.findLastIndex((edge) => edge <= loss),
    );
    counts[i]++;
  }
  return counts;
}

export interface Histogram {
  /** Runs in each bin; of the paper's in [i / 30, (i + 1) / 30). */
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
  for (const loss of sorted) counts[Math.min(last, binOf(loss))]++;
  return { counts, open };
}

/** The share of a cell's runs that may lie beyond the bins that are drawn: a few far away would leave no room for the rest. */
const BEYOND = 0.02;

/** The histograms as drawn: with as few bins as all but a few runs of each are in; the others share the last one. */
export function drawnBins(histograms: readonly Histogram[]): Histogram[] {
  const last = Math.max(...histograms.map(lastOf));
  return histograms.map(({ counts, open }) => {
    if (counts.length <= last + 1) return { counts, open };
    const beyond = counts.slice(last).reduce((sum, count) => sum + count, 0);
    return { counts: [...counts.slice(0, last), beyond], open: true };
  });
}

/** The first bin beyond which there are few enough runs. */
function lastOf({ counts }: Histogram): number {
  const few = BEYOND * counts.reduce((sum, count) => sum + count, 0);
  let beyond = 0;
  let last = counts.length - 1;
  while (last > 0 && beyond + counts[last] <= few) {
    beyond += counts[last];
    last--;
  }
  return last;
}

/** The multiple of the width decides, not the quotient: 0.1 / (1 / 30) is 3. */
function binOf(loss: number): number {
  return Math.floor(loss * 30);
}
