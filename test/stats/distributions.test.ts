import { expect, test } from "vitest";
import { fUpperTail, overSplits, testOverSplits } from "../../src/stats/f-distribution.ts";
import { normalCdf, normalQuantile } from "../../src/stats/normal.ts";
import { expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("normalCdf(z) agrees with SciPy, far out in its tail too", () => {
  const [z, expected] = GOLDEN.normalCdf as [number[], number[]];
  expectRelative(z.map(normalCdf), expected, 1e-13);
});

// python3 -c "import math; print([0.5 * math.erfc(z / math.sqrt(2)) for z in [3.5, 3.9]])"
test("normalCdf(z) keeps its digits where the fraction takes over from the series", () => {
  expectRelative([-3.5, -3.9].map(normalCdf), [0.00023262907903552504, 4.809634401760275e-5], 1e-14);
});

test("normalQuantile(p) agrees with SciPy, and is infinite at 0 and 1", () => {
  const [p, expected] = GOLDEN.normalQuantile as [number[], number[]];
  expectRelative(p.map(normalQuantile), expected, 1e-14);
  expect([0, 1].map(normalQuantile)).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});

// python3 -c "from statistics import NormalDist as N; print([N().inv_cdf(p) for p in [1e-11, 1e-13, 1e-15, 3e-16]])"
test("normalQuantile(p) agrees with Python where its far tail begins", () => {
  const expected = [-6.706023155495136, -7.3487961028006765, -7.941345326170995, -8.089317461780272];
  expectRelative([1e-11, 1e-13, 1e-15, 3e-16].map(normalQuantile), expected, 1e-15);
});

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

// scipy.stats, of the error e = sqrt((1/10 + 1/9) * var(v, ddof=1)): 2 * t.sf(abs(mean(v) / e), 9) and mean(v) +- e * t.ppf(.9975, 9)
test("testOverSplits(values, ratio) is the corrected resampled t test, and an interval of another level is as wide as SciPy's", () => {
  const values = Float64Array.of(0.31, -0.12, 0.25, 0.4, 0.08, 0.19, -0.03, 0.22, 0.15, 0.3);
  const { statistic, p } = testOverSplits(values, 1 / 9);
  const { low, high } = overSplits(values, 1 / 9, 0.995);
  expectRelative(
    [statistic, p, low, high],
    [2.3771181675203175, 0.041422890296823896, -0.09662760668595333, 0.4466276066859533],
    1e-10,
  );
  expect(testOverSplits(values, 0.25).p).toBeCloseTo(0.09794555046907472, 12);
  expect(testOverSplits(new Float64Array(5), 0.25)).toEqual({ statistic: 0, p: 1 });
  expectRelative([overSplits(Float64Array.of(-1, 1), 0, 0.9995).high], [1273.2392829359044], 1e-6); // t.ppf(.99975, 1)
});

test("one value has no interval", () => {
  expect(overSplits(Float64Array.of(2), 0.25)).toEqual({ value: 2, low: Number.NaN, high: Number.NaN });
});
