import { type Estimate, LEVEL, NO_INTERVAL } from "./estimate.ts";
import { normalQuantile } from "./normal.ts";

/**
 * `count` of `n` as a share, with Wilson's score interval: unlike the bootstrap's, it also works for 0 and n of n, where
 * one end is exactly 0 or 1.
 */
export function shareOf(count: number, n: number, level = LEVEL): Estimate {
  if (n === 0) return { value: Number.NaN, ...NO_INTERVAL };
  const value = count / n;
  const z = normalQuantile((1 + level) / 2);
  const centre = (value + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((value * (1 - value)) / n + z ** 2 / (4 * n ** 2));
  return { value, low: count === 0 ? 0 : centre - half, high: count === n ? 1 : centre + half };
}
