import { mean, quantileSorted, standardError } from "../stats/moments.ts";
import type { FigureOptions } from "./figure.ts";

/** A statistic of runs, and its 95 % interval over runs: NaN of one run. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Of ascending losses, without resampling: for the many points of a curve. */
export function quickInterval(sorted: Float64Array, statistic: FigureOptions["statistic"]): Interval {
  return statistic === "mean" ? meanInterval(sorted) : medianInterval(sorted);
}

/** The two-sided 95 % quantile of the standard normal distribution. */
const Z = 1.959964;

function meanInterval(losses: Float64Array): Interval {
  const value = mean(losses);
  const half = Z * standardError(losses);
  return { value, low: value - half, high: value + half };
}

/** Between order statistics, which holds for any distribution. */
function medianInterval(sorted: Float64Array): Interval {
  const n = sorted.length;
  const half = (Z * Math.sqrt(n)) / 2;
  const rank = (r: number) => (n < 2 ? Number.NaN : (sorted[Math.min(n, Math.max(1, r)) - 1] as number));
  return {
    value: quantileSorted(sorted, 0.5),
    low: rank(Math.floor(n / 2 - half)),
    high: rank(Math.ceil(n / 2 + 1 + half)),
  };
}
