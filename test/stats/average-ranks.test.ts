import { expect, test } from "vitest";
import { averageRanks, criticalDifference } from "../../src/stats/average-ranks.ts";
import { testOverSplits } from "../../src/stats/f-distribution.ts";
import { expectRelative } from "../support/close.ts";

test("averageRanks(scores) gives the highest score rank 1, and equal ones their mean", () => {
  expect(
    averageRanks([
      [0.9, 0.5, 0.5],
      [0.1, 0.8, 0.2],
    ]),
  ).toEqual([2, 1.75, 2.25]);
});

// scipy.stats.studentized_range.ppf(.95, [2, 4, 10, 42], inf) / sqrt(2), and N such that the root is 1
test("criticalDifference(count, problems) is Nemenyi's", () => {
  const counts = [2, 4, 10, 42];
  const found = counts.map((count) => criticalDifference(count, (count * (count + 1)) / 6));
  expectRelative(found, [1.95996398, 2.56903177, 3.16368358, 3.91074748], 1e-7);
  expect(criticalDifference(4, 14)).toBeCloseTo(1.25, 2); // Demšar 2006, section 3.2.2
});

test("testOverSplits(values, 0) agrees with SciPy's ttest_1samp", () => {
  expect(testOverSplits(Float64Array.of(1, 2.5, -0.3, 4), 0).p).toBeCloseTo(0.14838283536796276, 12);
  expect([1, 3].map((n) => testOverSplits(n === 1 ? Float64Array.of(1) : new Float64Array(n), 0).p)).toEqual([
    Number.NaN,
    1,
  ]);
});
