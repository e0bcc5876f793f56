import { estimatesOf } from "./bootstrap.ts";
import type { Estimate } from "./estimate.ts";
import { independentRuns, interquartileMean, mean, median, quantileSorted, standardDeviation } from "./moments.ts";

/** Description of a sample: estimates with 95 % intervals (BCa). */
export interface Description {
  readonly n: number;
  readonly mean: Estimate;
  readonly sd: Estimate;
  /** Standard error of the mean. */
  readonly se: Estimate;
  readonly q1: Estimate;
  readonly median: Estimate;
  readonly q3: Estimate;
  /** The mean of the middle half. */
  readonly iqm: Estimate;
  /** Smallest and largest value of this sample; resampling can't tell what lies beyond, so there is no interval. */
  readonly min: number;
  readonly max: number;
}

const STATISTICS = {
  mean,
  sd: standardDeviation,
  q1: (sorted: Float64Array) => quantileSorted(sorted, 0.25),
  median,
  q3: (sorted: Float64Array) => quantileSorted(sorted, 0.75),
  iqm: interquartileMean,
};

/** Describes a sample in any order; statistics that it is too small for are NaN. `overlap` as of `estimatesOf`. */
export function describe(values: Float64Array, overlap = 0): Description {
  const n = values.length;
  const { mean, sd, ...others } = estimatesOf(values, STATISTICS, overlap);
  const root = Math.sqrt(independentRuns(n, overlap));
  const [min, max] =
    n === 0
      ? [Number.NaN, Number.NaN]
      : [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  return {
    n,
    mean,
    sd,
    se: { value: sd.value / root, low: sd.low / root, high: sd.high / root },
    ...others,
    min,
    max,
  };
}
