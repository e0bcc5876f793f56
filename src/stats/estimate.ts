/** An interval; both ends are NaN if there is none. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A statistic of a sample, with the interval of the value that it estimates. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** The share of intervals that contain what they estimate, by default. */
export const LEVEL = 0.95;

/** Intervals over fewer runs are too narrow to decide by: the bootstrap knows nothing but these runs. */
export const LEAST_RUNS = 20;

export const NO_INTERVAL: Interval = { low: Number.NaN, high: Number.NaN };

/** E.g. `0.0479 [0.0390, 0.0571]`; without brackets if there is no interval, a dash if there is no value. */
export function estimateText({ value, low, high }: Estimate, digits: number): string {
  if (Number.isNaN(value)) return "-";
  const text = value.toFixed(digits);
  return Number.isNaN(low) ? text : `${text} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}
