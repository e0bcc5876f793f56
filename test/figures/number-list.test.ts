import { expect, test } from "vitest";
import { numberList } from "../../src/figures/draw/number-list.ts";

test("numberList(values) is the differences, those alike counted", () => {
  expect(numberList([100, 200, 300, 350, 340])).toBe("100*3+50-10");
});

test("numberList(values, unit) counts in units and adds up no rounding", () => {
  expect(numberList([0.12344, 0.12348, 0.12352, -0.1], 1e-4)).toBe("1234+1+0-2235");
});

test("numberList([]) is empty", () => {
  expect(numberList([])).toBe("");
});
