/** An interval; both ends are NaN if there is none. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A statistic of a sample, with the interval of the value that it estimates. */
export interface Estimate extends Interval {
  readonly value: number;
}

/** Values and both ends of their intervals, which an axis has room for. */
export function endsOf(found: readonly Estimate[]): number[] {
  return found.flatMap(({ value, low, high }) => [value, low, high]);
}

/** The share of intervals that contain what they estimate, by default. */
export const LEVEL = 0.95;

/** Intervals over fewer runs are too narrow to decide by: the bootstrap knows nothing but these runs. */
export const LEAST_RUNS = 20;

/** How many runs decide: Student's t, of runs that are splits of one table, allows for few. */
export function leastDeciding(overlap: number): number {
  return overlap > 0 ? LEAST_SHOWN : LEAST_RUNS;
}

export const NO_INTERVAL: Interval = { low: Number.NaN, high: Number.NaN };

/** Of no runs. */
export const NO_ESTIMATE: Estimate = { value: Number.NaN, ...NO_INTERVAL };

/** The interval of fewer runs is not shown: the bootstrap of so few covers far less than it should. */
export const LEAST_SHOWN = 5;

/**
 * E.g. `0.0479 [0.0390, 0.0571]`, of a statistic over `runs` runs; `0.0479 (2 runs)` for too few to show an interval,
 * without brackets if there is none, a dash if there is no value.
 */
export function estimateText({ value, low, high }: Estimate, digits: number, runs: number): string {
  if (Number.isNaN(value)) return "-";
  const text = value.toFixed(digits);
  if (runs < LEAST_SHOWN) return `${text} (${runsText(runs)})`;
  return Number.isNaN(low) ? text : `${text} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** Digits behind the point that show two figures of half an interval; of a value without one, four of its own. */
export function digitsOf({ value, low, high }: Estimate): number {
  const [size, figures] = high > low ? [(high - low) / 2, 2] : [Math.abs(value), 4];
  const digits = figures - 1 - Math.floor(Math.log10(size));
  return Number.isFinite(digits) ? Math.min(Math.max(digits, 0), 4) : 4;
}

/** `1 run`, `2 runs`. */
export function runsText(runs: number): string {
  return runs === 1 ? "1 run" : `${runs} runs`;
}
