import { estimatesOf } from "./bootstrap.ts";
import type { Estimate } from "./estimate.ts";
import { type Test, testOverSplits } from "./f-distribution.ts";
import { shareOf } from "./interval.ts";
import { mean, median } from "./moments.ts";
import { normalCdf } from "./normal.ts";

/** How a differs from b on pairs: 95 % intervals by BCa over pairs, for the share by Wilson. */
export interface PairedComparison {
  readonly pairs: number;
  /** Mean of the differences a - b. */
  readonly mean: Estimate;
  readonly median: Estimate;
  /** Probability of improvement: how often a is below b; an equal pair counts half. */
  readonly improvement: Estimate;
  /** Of independent runs; the smaller sum of ranks, of the differences above or below zero. */
  readonly wilcoxon?: Test;
  /** Of runs that share rows. */
  readonly correctedT?: Test;
}

/** Compares two samples pair by pair. RangeError if they differ in length. `overlap` as of `estimatesOf`. */
export function comparePairs(a: Float64Array, b: Float64Array, overlap = 0): PairedComparison {
  const d = differences(a, b);
  const below = d.reduce((sum, difference) => sum + (difference < 0 ? 1 : difference === 0 ? 0.5 : 0), 0);
  return {
    pairs: d.length,
    ...estimatesOf(d, { mean, median }, overlap),
    improvement: shareOf(below, d.length, overlap),
    ...testOf(d, overlap),
  };
}

/** Tests that differences have mean 0, or are symmetric about 0: as runs that share rows, or as independent ones. */
export function testOf(d: Float64Array, overlap: number): Pick<PairedComparison, "wilcoxon" | "correctedT"> {
  return overlap > 0 ? { correctedT: testOverSplits(d, overlap) } : { wilcoxon: wilcoxon(d) };
}

/** The p-value of its test. */
export function pOf({ wilcoxon, correctedT }: Pick<PairedComparison, "wilcoxon" | "correctedT">): number {
  return (wilcoxon ?? correctedT)?.p ?? Number.NaN;
}

/** Every two values, the earlier one first. */
export function pairsOf<T>(values: readonly T[]): (readonly [T, T])[] {
  return values.flatMap((first, i) => values.slice(i + 1).map((second) => [first, second] as const));
}

/** a - b, pair by pair. */
export function differences(a: Float64Array, b: Float64Array): Float64Array {
  if (a.length !== b.length)
    throw new RangeError(`differences: expected pairs, got ${a.length} and ${b.length} values`);
  return a.map((value, i) => value - b[i]);
}

/** Most differences for which all assignments of signs are counted. */
const MOST_EXACT = 50;

/**
 * Wilcoxon's signed-rank test of differences symmetric about zero. Differences of zero are left out, equal sizes share
 * their mean rank. Up to 50 differences the p-value is exact, ties or not; beyond, it is the normal approximation with
 * its correction for ties and none for continuity. SciPy's `wilcoxon` does the same by its defaults, but approximates
 * from 14 differences on if some are tied or zero. NaN for no differences; 1 if every difference is zero.
 */
export function wilcoxon(differences: Float64Array): Test {
  if (differences.length === 0) return { statistic: Number.NaN, p: Number.NaN };
  const nonZero = differences.filter((difference) => difference !== 0);
  const { ranks, ties } = midranks(nonZero.map(Math.abs));
  const above = ranks.reduce((sum, rank, i) => sum + (nonZero[i] > 0 ? rank : 0), 0);
  const statistic = Math.min(above, ranks.reduce((sum, rank) => sum + rank, 0) - above);
  const tail = nonZero.length <= MOST_EXACT ? exactTail(ranks, statistic) : normalTail(ranks.length, ties, statistic);
  return { statistic, p: Math.min(1, 2 * tail) };
}

/**
 * P(sum of the ranks above zero <= statistic), every sign as likely as its opposite. Midranks are halves, so all are
 * doubled.
 */
function exactTail(ranks: Float64Array, statistic: number): number {
  const doubled = ranks.map((rank) => 2 * rank);
  const ways = new Float64Array(doubled.reduce((sum, rank) => sum + rank, 1)); // ways to reach a doubled sum; below 2^50
  ways[0] = 1;
  for (const rank of doubled) {
    for (let sum = ways.length - 1; sum >= rank; sum--) {
      ways[sum] += ways[sum - rank];
    }
  }
  const reached = ways.subarray(0, 2 * statistic + 1).reduce((sum, count) => sum + count, 0);
  return reached / 2 ** ranks.length;
}

function normalTail(n: number, ties: readonly number[], statistic: number): number {
  const tied = ties.reduce((sum, t) => sum + t ** 3 - t, 0);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tied / 48;
  return normalCdf((statistic - (n * (n + 1)) / 4) / Math.sqrt(variance));
}

/** Ranks of values from 1, ties sharing the mean of theirs, and how many values share each rank that is tied. */
export function midranks(values: Float64Array): { ranks: Float64Array; ties: number[] } {
  const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const ranks = new Float64Array(values.length);
  const ties: number[] = [];
  for (let start = 0, end = 0; start < order.length; start = end) {
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2;
    if (end - start > 1) ties.push(end - start);
  }
  return { ranks, ties };
}

/**
 * P-values of one family, adjusted so that the chance of any wrong rejection is at most the level (Holm, "A Simple
 * Sequentially Rejective Multiple Test Procedure", Scand. J. Stat. 6, 1979), in the order given. NaN is not a test: it
 * stays and does not count.
 */
export function holm(pValues: readonly number[]): number[] {
  const adjusted = pValues.map(() => Number.NaN);
  const tests = pValues.map((p, i) => ({ p, i })).filter(({ p }) => !Number.isNaN(p));
  tests.sort((a, b) => a.p - b.p);
  let highest = 0;
  for (const [rank, { p, i }] of tests.entries()) {
    highest = Math.max(highest, Math.min(1, (tests.length - rank) * p));
    adjusted[i] = highest;
  }
  return adjusted;
}
