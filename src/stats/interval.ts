import { memo } from "../memo.ts";
import { estimatesOf } from "./bootstrap.ts";
import { type Estimate, LEAST_SHOWN, LEVEL, NO_ESTIMATE, NO_INTERVAL } from "./estimate.ts";
import { overSplits } from "./f-distribution.ts";
import { mean, median, standardError } from "./moments.ts";
import { normalQuantile } from "./normal.ts";

type Statistic = "mean" | "median";

/** A statistic of ascending values. */
export function centreOf(sorted: Float64Array, statistic: Statistic): number {
  return statistic === "mean" ? mean(sorted) : median(sorted);
}

/** Resampling more runs takes seconds and changes an interval too little to be seen. */
const MOST_RESAMPLED = 2000;

/** An estimate of values that are `factor` times as large. */
export function multiplied<T extends Estimate>(found: T, factor: number): T {
  return { ...found, value: factor * found.value, low: factor * found.low, high: factor * found.high };
}

/**
 * A statistic of values with its 95 % interval: by the bootstrap (BCa), or quickly if there are very many; none of too few values.
 * Where runs share rows, `overlap` is their test rows to their training rows.
 */
export function estimate(values: Float64Array, statistic: Statistic, overlap = 0): Estimate {
  if (overlap > 0) return quickInterval(values, statistic, overlap);
  if (values.length > MOST_RESAMPLED) return quickInterval(values, statistic);
  return resampled(values)[statistic];
}

/** Both statistics of the same resamples. */
const resampled = memo((values: Float64Array) => estimatesOf(values, { mean, median }));

/** A statistic with its 95 % interval without resampling, for instance for the many points of a curve; none of too few values. */
export function quickInterval(values: Float64Array, statistic: Statistic, overlap = 0): Estimate {
  return statistic === "mean" ? meanInterval(values, overlap) : medianInterval(values.toSorted(), overlap);
}

export function meanInterval(values: Float64Array, overlap = 0): Estimate {
  return ofEnough(overlap > 0 ? overSplits(values, overlap) : meanEstimate(values), values.length);
}

export function medianInterval(sorted: Float64Array, overlap = 0): Estimate {
  return overlap > 0 ? { value: median(sorted), ...NO_INTERVAL } : ofEnough(medianEstimate(sorted), sorted.length);
}

function ofEnough(found: Estimate, n: number): Estimate {
  return n < LEAST_SHOWN ? { ...found, ...NO_INTERVAL } : found;
}

const Z = normalQuantile((1 + LEVEL) / 2);

function meanEstimate(values: Float64Array): Estimate {
  const value = mean(values);
  const half = Z * standardError(values);
  return { value, low: value - half, high: value + half };
}

/** An interval between order statistics, which is valid for any distribution. */
function medianEstimate(sorted: Float64Array): Estimate {
  const n = sorted.length;
  const half = (Z * Math.sqrt(n)) / 2;
  const rank = (r: number) => sorted[Math.min(n, Math.max(1, r)) - 1];
  return {
    value: median(sorted),
    low: rank(Math.floor(n / 2 - half)),
    high: rank(Math.ceil(n / 2 + 1 + half)),
  };
}

/**
 * `count` of `n` as a share, with Wilson's score interval: unlike the bootstrap's, it also works for 0 and n of n, where
 * one end is exactly 0 or 1. Of runs that share rows, by an `overlap` above 0, it has none.
 */
export function shareOf(count: number, n: number, overlap = 0): Estimate {
  if (n === 0) return NO_ESTIMATE;
  const value = count / n;
  if (overlap > 0) return { value, ...NO_INTERVAL };
  const centre = (value + Z ** 2 / (2 * n)) / (1 + Z ** 2 / n);
  const half = (Z / (1 + Z ** 2 / n)) * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  return { value, low: count === 0 ? 0 : centre - half, high: count === n ? 1 : centre + half };
}
