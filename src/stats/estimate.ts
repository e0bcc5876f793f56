/** An interval; both ends NaN where there is none. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A statistic of a sample with the interval of what it estimates. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** The share of intervals that hold what they estimate, where nothing else is said. */
export const LEVEL = 0.95;

/** Intervals over fewer runs are too narrow to decide by: the bootstrap knows no more than these runs. */
export const LEAST_RUNS = 20;

export const NO_INTERVAL: Interval = { low: Number.NaN, high: Number.NaN };

/** E.g. `0.0479 [0.0390, 0.0571]`; without brackets where there is no interval, a dash where there is no value. */
export function estimateText({ value, low, high }: Estimate, digits: number): string {
  if (Number.isNaN(value)) return "-";
  const text = value.toFixed(digits);
  return Number.isNaN(low) ? text : `${text} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
