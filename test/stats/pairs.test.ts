import { expect, test } from "vitest";
import { comparePairs } from "../../src/stats/pairs.ts";
import { expectClose } from "../support/close.ts";

test("comparePairs(a, b) takes a - b pair by pair", () => {
  const { pairs, mean, median, improvement, wilcoxon } = comparePairs(
    Float64Array.of(1, 2, 3, 4, 5),
    Float64Array.of(2, 4, 3, 9, 4),
  );
  expect([pairs, mean.value, median.value]).toEqual([5, -1.4, -1]);
  expect(improvement.value).toBe(0.7); // three of five below, one equal
  expect([wilcoxon.statistic, wilcoxon.p]).toEqual([1.5, 0.375]); // ranks 1.5, 3, 4 below and 1.5 above
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

test("comparePairs of equal samples says zero, even odds and p = 1", () => {
  const { mean, median, improvement, wilcoxon } = comparePairs(Float64Array.of(3, 1, 2), Float64Array.of(3, 1, 2));
  expect([mean, median]).toEqual(Array(2).fill({ value: 0, low: 0, high: 0 }));
  expect([improvement.value, wilcoxon.p]).toEqual([0.5, 1]);
});

test("comparePairs refuses what is not paired", () => {
  expect(() => comparePairs(new Float64Array(2), new Float64Array(3))).toThrow("expected pairs, got 2 and 3 values");
});
