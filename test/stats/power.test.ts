import { expect, test } from "vitest";
import { pairsToTell } from "../../src/stats/power.ts";

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

test("pairsToTell(one difference, size) is unknown", () => {
  expect(pairsToTell(Float64Array.of(0.1), 0.01)).toBeNaN();
});
