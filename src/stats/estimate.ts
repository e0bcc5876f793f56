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

export const NO_INTERVAL: Interval = { low: Number.NaN, high: Number.NaN };
