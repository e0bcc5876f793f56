import fc from "fast-check";
import { expect, test } from "vitest";
import { interquartileMean, mean } from "../../src/stats/moments.ts";

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
