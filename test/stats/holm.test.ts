import fc from "fast-check";
import { expect, test } from "vitest";
import { holm } from "../../src/stats/pairs.ts";
import { expectClose } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("holm(pValues) agrees with statsmodels", () => {
  const [family, expected] = GOLDEN.holm as [number[], number[]];
  expectClose(holm(family), expected, 1e-15);
});

test("holm(pValues) leaves out what is no test", () => {
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
