// Whether final losses on two engines are of one distribution: paired tests.
import type { Run } from "../../src/engines/engine.ts";
import type { Estimate } from "../../src/stats/estimate.ts";
import { groupBy } from "../../src/stats/group-by.ts";
import { mean, standardDeviation } from "../../src/stats/moments.ts";
import { comparePairs } from "../../src/stats/pairs.ts";
import { spreadRatios } from "../../src/stats/spread.ts";
import type { Trained } from "./train.ts";

/** Cohen's small effect. */
const MARGIN_SDS = 0.2;

/** Final losses of one model on another engine against those on the reference, pair by pair. */
interface FinalComparison {
  readonly pairs: number;
  /** Mean of the reference's losses. */
  readonly mean: number;
  /** Mean of the other's losses minus the reference's. */
  readonly difference: Estimate;
  /** Largest mean difference that counts as none: a fifth of the standard deviation between the reference's runs. */
  readonly margin: number;
  /** Whether the whole interval is within the margin: two one-sided tests of equivalence (TOST), at 2.5 % each. */
  readonly equivalent: boolean;
  /** P-value of Wilcoxon's signed-rank test. */
  readonly p: number;
  /** Ratio of the other's standard deviation to the reference's. */
  readonly sdRatio: Estimate;
}

/** A pair is a run index, its loss the mean over correlations, as runs of one index share their draws. */
export function compareFinals(runs: readonly Run[], reference: Trained, other: Trained): FinalComparison {
  const indexes = [...groupBy(runs, ({ index }) => String(index)).values()];
  const finals = (trained: Trained) =>
    Float64Array.from(indexes, (same) => mean(same.map(({ id }) => trained.get(id)?.final as number)));
  const [theirs, ours] = [finals(reference), finals(other)];
  const { pairs, mean: difference, wilcoxon } = comparePairs(ours, theirs);
  const margin = MARGIN_SDS * standardDeviation(theirs);
  return {
    pairs,
    mean: mean(theirs),
    difference,
    margin,
    p: wilcoxon.p,
    equivalent: difference.low >= -margin && difference.high <= margin,
    sdRatio: spreadRatios(ours, theirs).sd,
  };
}
