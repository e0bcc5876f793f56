import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { comparePairs, holm, wilcoxon } from "../../src/stats/pairs.ts";
import { expectClose } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("comparePairs(a, b) takes a - b pair by pair", () => {
  const { pairs, mean, median, improvement, wilcoxon } = comparePairs(
    Float64Array.of(1, 2, 3, 4, 5),
    Float64Array.of(2, 4, 3, 9, 4),
  );
  expect([pairs, mean.value, median.value]).toEqual([5, -1.4, -1]);
  expect(improvement.value).toBe(0.7); // three of five below, one equal
  expect([wilcoxon?.statistic, wilcoxon?.p]).toEqual([1.5, 0.375]); // ranks 1.5, 3, 4 below and 1.5 above
});

test("comparePairs(b, a) is comparePairs(a, b) with the sign changed", () => {
  const [a, b] = [Float64Array.of(1, 5, 3, 8, 2, 9), Float64Array.of(2, 4, 6, 6, 2.5, 1)];
  const [one, other] = [comparePairs(a, b), comparePairs(b, a)];
  expectClose(
    [other.mean.value, other.mean.low, other.mean.high],
    [-one.mean.value, -one.mean.high, -one.mean.low],
    0.05,
  );
  expect(other.improvement.value).toBeCloseTo(1 - one.improvement.value, 15);
  expect(other.wilcoxon).toEqual(one.wilcoxon);
});

test("comparePairs of equal samples says zero, even odds and p = 1, and refuses what is not paired", () => {
  const { mean, median, improvement, wilcoxon } = comparePairs(
    Float64Array.of(3, 1, 2, 5, 4),
    Float64Array.of(3, 1, 2, 5, 4),
  );
  expect([mean, median]).toEqual(Array(2).fill({ value: 0, low: 0, high: 0 }));
  expect([improvement.value, wilcoxon?.p]).toEqual([0.5, 1]);
  expect(() => comparePairs(new Float64Array(2), new Float64Array(3))).toThrow("expected pairs, got 2 and 3 values");
});

describe("wilcoxon(differences)", () => {
  test.each(Object.entries(GOLDEN.wilcoxon))("agrees with SciPy: %s", (_, { d, test: [statistic, p] }) => {
    const ours = wilcoxon(Float64Array.from(d));
    expect(ours.statistic).toBe(statistic);
    expect(ours.p).toBeCloseTo(p, 12);
  });

  test("counts every assignment of signs where 14 to 50 differences are tied", () => {
    const d = Float64Array.of(1, 1, 2, -2, 3, 3, 4, 5, 5, -1, 6, 7, 7, 8, 2);
    const size = d.map(Math.abs);
    const ranks = size.map(
      (one) => size.filter((other) => other < one).length + (size.filter((other) => other === one).length + 1) / 2,
    );
    const sums = Array.from({ length: 2 ** d.length }, (_, signs) =>
      ranks.reduce((sum, rank, i) => sum + ((signs >> i) & 1) * rank, 0),
    );
    const { statistic, p } = wilcoxon(d);
    expect(p).toBe((2 * sums.filter((sum) => sum <= statistic).length) / sums.length);
  });

  test("does not depend on the sign or order of all differences", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 70 }), (d) => {
        const { p } = wilcoxon(Float64Array.from(d));
        expect(wilcoxon(Float64Array.from(d, (one) => -one)).p).toBeCloseTo(p, 12);
        expect(wilcoxon(Float64Array.from(d.toReversed())).p).toBeCloseTo(p, 12);
        expect(p).toBeGreaterThan(0);
        expect(p).toBeLessThanOrEqual(1);
      }),
    );
  });

  test("of nothing is no test", () => {
    expect(wilcoxon(new Float64Array(0))).toEqual({ statistic: Number.NaN, p: Number.NaN });
  });
});

test("holm(pValues) agrees with statsmodels, and leaves out what is no test", () => {
  const [family, expected] = GOLDEN.holm as [number[], number[]];
  expectClose(holm(family), expected, 1e-15);
  expect(holm([0.01, Number.NaN, 0.04])).toEqual([0.02, Number.NaN, 0.04]);
  expect(holm([])).toEqual([]);
});

test("holm(pValues) keeps their order and lies between p and Bonferroni's", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (family) => {
      const adjusted = holm(family);
      for (const [i, p] of family.entries()) {
        expect(adjusted[i]).toBeGreaterThanOrEqual(p);
        expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, family.length * p));
        for (const [j, q] of family.entries()) if (p <= q) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]);
      }
    }),
  );
});
