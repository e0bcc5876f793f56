import { expect, test } from "vitest";
import { leastTested, pairsToTell } from "../../src/stats/power.ts";

/** Of standard deviation 1. */
const differences = Float64Array.of(3, 1, 3, 1, 2);

// statsmodels.stats.power.TTestPower().solve_power(effect_size, alpha=0.05, power=0.8), rounded up
test.each([
  [0.1, 787],
  [0.2, 199],
  [0.5, 34],
  [0.8, 15],
  [1, 10],
  [1.5, 6],
])("pairsToTell(differences of standard deviation 1, %d) is statsmodels' number of pairs", (size, pairs) => {
  expect(pairsToTell(differences, size)).toBe(pairs);
  expect(
    pairsToTell(
      differences.map((d) => 7 * d),
      7 * size,
    ),
  ).toBe(pairs); // in any unit
});

// likewise with alpha=level and power=power
test.each([
  [0.05 / 3, 0.8, 0.2, 265],
  [0.05 / 3, 0.8, 0.5, 45],
  [0.05 / 9, 0.8, 0.5, 57],
  [0.05 / 9, 0.8, 1, 17],
  [0.05 / 36, 0.8, 0.3, 187],
  [0.05, 0.9, 0.5, 44],
  [0.05 / 12, 0.9, 0.25, 280],
])(
  "pairsToTell(differences, size, { level: %d, power: %d }) is statsmodels' number for %d, too",
  (level, power, size, n) => {
    expect(pairsToTell(differences, size, { level, power })).toBe(n);
  },
);

test("pairsToTell(differences, size) is unknown of one difference, and for no size", () => {
  expect(pairsToTell(Float64Array.of(0.1), 0.01)).toBeNaN();
  expect(pairsToTell(differences, 0)).toBeNaN();
});

// the least n with scipy.stats.wilcoxon(range(1, n + 1), mode="exact").pvalue < level
test.each([
  [0.05, 6],
  [0.05 / 3, 7],
  [0.05 / 9, 9],
])("leastTested(%d) is %i", (level, n) => {
  expect(leastTested(level)).toBe(n);
});

// (z.975 + z.8)² / .5² = 31.396 independent pairs; 1 / (1 / 31.396 - .01) + z.975² / 2 = 47.7; 1 / 31.396 is less than .04
test("pairsToTell(differences, size, { overlap }) is more of runs that share rows, and no number where their overlap alone hides the size", () => {
  expect(pairsToTell(differences, 0.5, { overlap: 0.01 })).toBe(48);
  expect(pairsToTell(differences, 0.5, { overlap: 0.04 })).toBe(Number.POSITIVE_INFINITY);
});
