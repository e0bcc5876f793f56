import { expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import { describe } from "../../src/stats/describe.ts";
import { digitsOf, estimateText, NO_INTERVAL } from "../../src/stats/estimate.ts";
import { overSplits } from "../../src/stats/f-distribution.ts";
import { centreOf, estimate, multiplied, quickInterval, shareOf } from "../../src/stats/interval.ts";
import { brownForsythe, spreadRatios } from "../../src/stats/spread.ts";
import { expectClose, expectRelative } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("describe(values) gives every estimate inside its interval, and the extremes without one", () => {
  const golden = GOLDEN.descriptions[1];
  const { n, min, max, se, ...estimates } = describe(Float64Array.from(golden.x));
  expect([n, min, max]).toEqual([41, Math.min(...golden.x), Math.max(...golden.x)]);
  for (const [name, { value, low, high }] of Object.entries(estimates)) {
    expect(value, name).toBeCloseTo(golden.values[name as keyof typeof golden.values], 14);
    expect(low, name).toBeLessThan(value);
    expect(high, name).toBeGreaterThan(value);
  }
  expect(se.value).toBeCloseTo(golden.values.sd / Math.sqrt(41), 15);
});

test("describe(one value) has no intervals and no spread", () => {
  const { mean, sd, median, min, max } = describe(Float64Array.of(0.25));
  expect([mean.value, median.value, min, max]).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect([mean.low, mean.high, sd.value, sd.low]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

test("describe(nothing) is NaN throughout", () => {
  const { n, mean, iqm, min, max } = describe(Float64Array.of());
  expect([n, mean.value, iqm.value, min, max]).toEqual([0, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

const loss = { value: 0.0479, low: 0.039, high: 0.0571 };

test("estimateText(loss, digits, runs) has the interval from five runs on, and counts fewer", () => {
  expect(estimateText(loss, 4, 5)).toBe("0.0479 [0.0390, 0.0571]");
  expect(estimateText(loss, 3, 4)).toBe("0.048 (4 runs)");
  expect(estimateText(loss, 4, 1)).toBe("0.0479 (1 run)");
  expect(estimateText({ ...loss, ...NO_INTERVAL }, 2, 4)).toBe("0.05 (4 runs)");
  expect(estimateText({ value: 2, ...NO_INTERVAL }, 1, 9)).toBe("2.0");
  expect(estimateText({ value: Number.NaN, ...NO_INTERVAL }, 4, 0)).toBe("-");
});

test.each([
  ["mean", 3.6],
  ["median", 2.5],
] as const)(
  "quickInterval(values, %s) holds the true one in about 95 of 100 samples, and needs five values",
  (statistic, of) => {
    const samples = Array.from({ length: 400 }, (_, i) => normals(keyOf(`quick/${i}`), 60));
    const holding = samples.filter((sample) => {
      const { low, high } = quickInterval(Float64Array.from(sample), statistic);
      return low <= 0 && high >= 0;
    });
    expect(holding.length / 400).toBeGreaterThan(0.92);
    expect(holding.length / 400).toBeLessThan(0.985);
    const values = Float64Array.of(1, 9, 2, 2.5, 3.5);
    const { value, low, high } = quickInterval(values, statistic);
    expect([value, centreOf(values.toSorted(), statistic)]).toEqual([of, of]);
    expect(low < value && value < high).toBe(true);
    expect(quickInterval(values.subarray(0, 4), statistic)).toMatchObject(NO_INTERVAL);
  },
);

test("estimate(values, statistic) resamples up to 2000 values; of runs that share rows the mean alone has an interval, by overSplits", () => {
  const values = Float64Array.of(1, 9, 2, 2.5, 3.5);
  const { mean, median } = describe(values);
  expect([estimate(values, "mean"), estimate(values, "median")]).toEqual([mean, median]);
  const many = Float64Array.from({ length: 2001 }, (_, i) => Math.sin(i));
  expect(estimate(many, "mean")).toEqual(quickInterval(many, "mean"));
  for (const of of [estimate, quickInterval]) {
    expect(of(values, "mean", 0.25)).toEqual(overSplits(values, 0.25));
    expect(of(values, "median", 0.25)).toEqual({ value: 2.5, ...NO_INTERVAL });
  }
  expect(shareOf(1, 5, 0.25)).toEqual({ value: 0.2, ...NO_INTERVAL });
  expect(multiplied({ value: 2, low: 1, high: 4 }, 3)).toEqual({ value: 6, low: 3, high: 12 });
});

test("shareOf(count, n) has SciPy's Wilson interval", () => {
  const [cases, expected] = GOLDEN.shares as [[number, number][], [number, number][]];
  for (const [i, [count, n]] of cases.entries()) {
    const { value, low, high } = shareOf(count, n);
    expect(value).toBe(count / n);
    expectClose([low, high], expected[i], 1e-14);
  }
});

test("shareOf(count, n) begins at 0 with none and ends at 1 with all, to the last bit; of nothing it is no share", () => {
  expect(shareOf(0, 0)).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  for (let n = 1; n <= 400; n++) expect([n, shareOf(0, n).low, shareOf(n, n).high]).toEqual([n, 0, 1]);
});

const { a, b, levene, iqrRatio } = GOLDEN.spread;

test("brownForsythe(samples) is SciPy's levene about medians, and no test where no distances differ within a sample", () => {
  const two = brownForsythe([Float64Array.from(a), Float64Array.from(b)]);
  expectRelative([two.statistic, two.p], levene, 1e-10);
  const { samples, test: expected } = GOLDEN.leveneOfThree;
  const three = brownForsythe(samples.map((sample) => Float64Array.from(sample)));
  expectRelative([three.statistic, three.p], expected, 1e-10);
  expect(brownForsythe([Float64Array.of(1, 3), Float64Array.of(2, 7)])).toEqual({
    statistic: Number.NaN,
    p: Number.NaN,
  });
  expect(brownForsythe([Float64Array.of(1, 2, 4), Float64Array.of()]).p).toBeNaN();
});

test("spreadRatios(a, b) has SciPy's interval of the ratio of interquartile ranges, and is 1 of the same", () => {
  const { value, low, high } = spreadRatios(Float64Array.from(a), Float64Array.from(b)).iqr;
  const [expected, ...ends] = iqrRatio as [number, number, number];
  expect(value).toBeCloseTo(expected, 12);
  expectClose([low, high], ends, 0.05 * (ends[1] - ends[0]));
  const { iqr, sd } = spreadRatios(Float64Array.from(a), Float64Array.from(a));
  expect([iqr, sd]).toEqual(Array(2).fill({ value: 1, low: 1, high: 1 }));
});

test("digitsOf(estimate) shows two figures of half an interval, and four of a value that has none, but no more than four digits", () => {
  expect(digitsOf({ value: 432.1, low: 420, high: 445 })).toBe(0);
  expect(digitsOf({ value: 4.321, low: 4.2, high: 4.45 })).toBe(2);
  expect(digitsOf({ value: 4.321, low: 4.3, high: 4.36 })).toBe(3); // 0.030
  expect(digitsOf({ value: 0.4321, low: 0.43205, high: 0.43215 })).toBe(4);
  for (const ends of [NO_INTERVAL, { low: 432.1, high: 432.1 }]) expect(digitsOf({ value: 432.1, ...ends })).toBe(1);
  expect(digitsOf({ value: 0, ...NO_INTERVAL })).toBe(4);
});
