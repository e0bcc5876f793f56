import { expect, test } from "vitest";
import { overSplits } from "../../src/stats/f-distribution.ts";

// Student's t at .975, from tables: 1, 4 and 19 degrees of freedom.
test.each([
  [[1, 3], 12.7062],
  [[1, 2, 3, 4, 5], 2.776445],
  [Array.from({ length: 20 }, (_, i) => Math.sin(i)), 2.093024],
])("overSplits(values, ratio) is Student's interval with Nadeau and Bengio's variance", (values, t) => {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = t * Math.sqrt((1 / n + 0.25) * variance);
  const interval = overSplits(Float64Array.from(values), 0.25);
  expect(interval.value).toBeCloseTo(mean, 12);
  expect(interval.high - mean).toBeCloseTo(half, 4);
  expect(mean - interval.low).toBeCloseTo(half, 4);
});

test("one value has no interval", () => {
  expect(overSplits(Float64Array.of(2), 0.25)).toEqual({ value: 2, low: Number.NaN, high: Number.NaN });
});
