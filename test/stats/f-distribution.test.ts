import { expect, test } from "vitest";
import { fUpperTail, overSplits } from "../../src/stats/f-distribution.ts";
import { expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("fUpperTail(f, between, within) agrees with SciPy, and is 1 at zero and 0 at infinity", () => {
  const [cases, expected] = GOLDEN.fUpperTail as [[number, number, number][], number[]];
  expectRelative(
    cases.map((one) => fUpperTail(...one)),
    expected,
    1e-10,
  );
  expect([0, Number.POSITIVE_INFINITY].map((f) => fUpperTail(f, 2, 7))).toEqual([1, 0]);
});

test("fUpperTail(f, 2, within) is (1 + 2 f / within)^(-within / 2), close to 1 and far out too", () => {
  const cases = [1e-3, 0.02, 0.7, 3, 40].flatMap((f) => [3, 40, 10_000].map((within) => [f, within] as const));
  expectRelative(
    cases.map(([f, within]) => fUpperTail(f, 2, within)),
    cases.map(([f, within]) => Math.exp((-within / 2) * Math.log1p((2 * f) / within))),
    1e-11,
  );
});

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
