import fc from "fast-check";
import { expect, test } from "vitest";
import {
  interquartileMean,
  mean,
  median,
  pearson,
  quantileSorted,
  standardDeviation,
  standardError,
} from "../../src/stats/moments.ts";

// Golden numbers: python3 -c "import numpy as np; a=np.array([3,-1,4,1.5]); b=np.array([2,7,1,8]);
//   print(a.mean(), a.std(ddof=1), a.std(ddof=1)/2, np.quantile(a,[.25,.5,.9]), np.corrcoef(a,b)[0,1])"
const a = [3, -1, 4, 1.5];
const b = [2, 7, 1, 8];

test("mean, standardDeviation, standardError, quantileSorted and pearson agree with NumPy", () => {
  for (const values of [a, Float64Array.from(a)]) expect(mean(values)).toBeCloseTo(1.875, 14);
  expect(standardDeviation(a)).toBeCloseTo(2.174664725116648, 14);
  expect(standardError(a)).toBeCloseTo(1.087332362558324, 14);
  expect(standardDeviation([1, 3])).toBe(Math.SQRT2);
  expect(standardError([1, 3])).toBeCloseTo(1, 15);
  expect(pearson([1, 3], [5, 2])).toBeCloseTo(-1, 15);
  const sorted = [...a].sort((x, y) => x - y);
  expect([0.25, 0.5, 0.9].map((q) => quantileSorted(sorted, q))).toEqual([0.875, 2.25, 3.7]);
  expect([0, 1].map((q) => quantileSorted(sorted, q))).toEqual([-1, 4]);
  expect(quantileSorted([7], 0.3)).toBe(7);
  expect(pearson(a, b)).toBeCloseTo(-0.818365802084951, 14);
  const far = a.map((value) => value + 1e9);
  expect(pearson(far, b)).toBeCloseTo(pearson(a, b), 7);
});

test("statistics of too few values are NaN, not zero", () => {
  expect(mean([])).toBeNaN();
  expect(standardDeviation([1])).toBeNaN();
  expect(standardDeviation([])).toBeNaN();
  expect(median([])).toBeNaN();
  expect(pearson([1], [2])).toBeNaN();
  expect(quantileSorted([], 0.5)).toBeNaN();
});

test("pearson(a, b) is that of the pairs without a NaN, wherever others stand among them", () => {
  const value = fc.integer({ min: -99, max: 99 });
  const pair = fc.oneof(
    { arbitrary: fc.tuple(value, value), weight: 3 },
    fc.constantFrom([Number.NaN, 5], [7, Number.NaN], [Number.NaN, Number.NaN]),
  );
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 30 }), (pairs) => {
      const whole = pairs.filter((both) => !both.some(Number.isNaN));
      const of = (some: typeof pairs) =>
        pearson(...([0, 1].map((i) => some.map((both) => both[i])) as [number[], number[]]));
      expect(of(pairs)).toBe(of(whole));
    }),
  );
});

test("median(sorted) is the value in the middle, or the mean of two", () => {
  expect([median([-1, 2, 9]), median([1, 2, 4, 90])]).toEqual([2, 3]);
});

test("interquartileMean counts the values at the cuts by the part that is left of them", () => {
  // 1, 3, | 5, 7, 9, 11, 13, | 15, 17 without a quarter of 5 and of 13: (3.75 + 7 + 9 + 11 + 9.75) / 4.5
  expect(interquartileMean([1, 3, 5, 7, 9, 11, 13, 15, 17])).toBe(9);
  expect(interquartileMean([0, 1, 5])).toBeCloseTo((0.25 * 0 + 1 + 0.25 * 5) / 1.5, 15);
  expect(interquartileMean([8])).toBe(8);
  expect(interquartileMean([])).toBeNaN();
});

test("interquartileMean(x) is the mean of the middle half of four copies of x", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -99, max: 99 }), { minLength: 1, maxLength: 40 }), (values) => {
      const four = values.flatMap((value) => [value, value, value, value]).sort((a, b) => a - b);
      const middle = four.slice(values.length, 3 * values.length);
      expect(interquartileMean(values.toSorted((a, b) => a - b))).toBeCloseTo(mean(middle), 10);
    }),
  );
});
