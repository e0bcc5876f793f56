import { type Bootstrapped, bootstrap, estimateOf } from "./bootstrap.ts";
import { type Estimate, NO_INTERVAL } from "./estimate.ts";
import { fUpperTail } from "./f-distribution.ts";
import { mean, median, quantileSorted, standardDeviation } from "./moments.ts";

export interface SpreadTest {
  readonly statistic: number;
  readonly p: number;
}

/**
 * Brown and Forsythe's test that samples spread alike: an analysis of variance of the distances from each sample's
 * median (JASA 69, 1974). It assumes independent samples. NaN if a sample is empty, or if no distances differ within a
 * sample.
 */
export function brownForsythe(samples: readonly Float64Array[]): SpreadTest {
  const distances = samples.map((sample) => {
    const middle = median(sample.toSorted());
    return sample.map((value) => Math.abs(value - middle));
  });
  const total = distances.reduce((sum, { length }) => sum + length, 0);
  const centres = distances.map(mean);
  const centre = distances.reduce((sum, sample, k) => sum + sample.length * centres[k], 0) / total;
  let between = 0;
  let within = 0;
  for (const [k, sample] of distances.entries()) {
    const own = centres[k];
    between += sample.length * (own - centre) ** 2;
    for (const distance of sample) within += (distance - own) ** 2;
  }
  const [upper, lower] = [samples.length - 1, total - samples.length];
  const statistic = within > 0 ? between / upper / (within / lower) : Number.NaN;
  return { statistic, p: fUpperTail(statistic, upper, lower) };
}

export interface SpreadRatios {
  /** Ratio of a's interquartile range to b's. */
  readonly iqr: Estimate;
  /** Ratio of a's standard deviation to b's. */
  readonly sd: Estimate;
}

/** How much more widely a is spread than b: 95 % intervals by BCa over pairs. Runs that share rows, by an `overlap` above 0, have none. */
export function spreadRatios(a: Float64Array, b: Float64Array, overlap = 0): SpreadRatios {
  const all = bootstrap([a, b], (columns) => columns, {
    iqr: (columns) => ratio(columns.map(interquartileRange)),
    sd: (columns) => ratio(columns.map(standardDeviation)),
  });
  const found = ({ value }: Bootstrapped) => ({ value, ...NO_INTERVAL });
  const of = overlap > 0 ? found : estimateOf;
  return { iqr: of(all.iqr), sd: of(all.sd) };
}

export function interquartileRange(sorted: Float64Array): number {
  return quantileSorted(sorted, 0.75) - quantileSorted(sorted, 0.25);
}

function ratio([a, b]: readonly number[]): number {
  return a / b;
}
