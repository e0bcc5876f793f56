import { bootstrap, estimateOf, onlyColumn } from "./bootstrap.ts";
import type { Estimate } from "./estimate.ts";
import { mean, quantileSorted } from "./moments.ts";
import { shareOf } from "./share.ts";
import { type WilcoxonTest, wilcoxon } from "./wilcoxon.ts";

/** How a differs from b on pairs: 95 % intervals by BCa over pairs, for the share by Wilson. */
export interface PairedComparison {
  readonly pairs: number;
  /** Mean of the differences a - b. */
  readonly mean: Estimate;
  readonly median: Estimate;
  /** Probability of improvement: how often a is below b; an equal pair counts half. */
  readonly improvement: Estimate;
  readonly wilcoxon: WilcoxonTest;
}

/** Compares two samples pair by pair. RangeError if they differ in length. */
export function comparePairs(a: Float64Array, b: Float64Array): PairedComparison {
  const d = differences(a, b);
  const below = d.reduce((sum, difference) => sum + (difference < 0 ? 1 : difference === 0 ? 0.5 : 0), 0);
  const all = bootstrap([d], onlyColumn, { mean, median: (sorted) => quantileSorted(sorted, 0.5) });
  return {
    pairs: d.length,
    mean: estimateOf(all.mean),
    median: estimateOf(all.median),
    improvement: shareOf(below, d.length),
    wilcoxon: wilcoxon(d),
  };
}

/** a - b, pair by pair. */
export function differences(a: Float64Array, b: Float64Array): Float64Array {
  if (a.length !== b.length)
    throw new RangeError(`differences: expected pairs, got ${a.length} and ${b.length} values`);
  return a.map((value, i) => value - b[i]);
}
