import { expect, test } from "vitest";
import { rateAt, type Schedule } from "../../src/engines/learning-rate.ts";
import { range } from "../support/reference.ts";

const PLAIN: Schedule = { name: "constant", warmup: 0, steps: 10, decaySteps: 3, decayFactor: 0.5 };
const rates = (changes: Partial<Schedule>, steps = 10) =>
  range(steps).map((i) => rateAt({ lr: 8, schedule: { ...PLAIN, ...changes } }, i + 1));

test("a constant rate is the same in each step", () => {
  expect(rates({})).toEqual(new Array(10).fill(8));
});

test("a warm-up rises from 1 / warmup of the rate to all of it in its last step", () => {
  expect(rates({ warmup: 4 })).toEqual([2, 4, 6, 8, 8, 8, 8, 8, 8, 8]);
});

test("a cosine begins at the rate, is half of it in the middle, and would be 0 after the last step", () => {
  const cosine = rates({ name: "cosine" }, 11);
  expect([cosine[0], cosine[5], cosine[10]]).toEqual([8, expect.closeTo(4, 14), 0]);
  for (const [i, rate] of cosine.entries()) expect(rate).toBeCloseTo(8 * Math.cos((Math.PI * i) / 20) ** 2, 14);
});

test("a cosine after a warm-up begins at the rate in the step after it", () => {
  expect(rates({ name: "cosine", warmup: 2, steps: 6 }, 7)).toEqual(
    [4, 8, 8, 4 + Math.SQRT1_2 * 4, 4, 4 - Math.SQRT1_2 * 4, 0].map((rate) => expect.closeTo(rate, 14)),
  );
});

test("steps multiply the rate by the factor after each decaySteps steps since the warm-up", () => {
  expect(rates({ name: "steps" })).toEqual([8, 8, 8, 4, 4, 4, 2, 2, 2, 1]);
  expect(rates({ name: "steps", warmup: 2 })).toEqual([4, 8, 8, 8, 8, 4, 4, 4, 2, 2]);
});
