import { expect, test } from "vitest";
import { describe } from "../../src/stats/describe.ts";
import { GOLDEN } from "./golden/golden.ts";

test("describe(values) gives every estimate inside its interval, and the extremes without one", () => {
  const golden = GOLDEN.descriptions[1];
  const { n, min, max, se, ...estimates } = describe(Float64Array.from(golden.x));
  expect([n, min, max]).toEqual([41, Math.min(...golden.x), Math.max(...golden.x)]);
  for (const [name, { value, low, high }] of Object.entries(estimates)) {
    expect(value, name).toBeCloseTo(golden.values[name as keyof typeof golden.values], 14);
    expect(low, name).toBeLessThan(value);
    expect(high, name).toBeGreaterThan(value);
  }
  expect(se.value).toBeCloseTo(golden.values.sd / Math.sqrt(41), 15);
});

test("describe(one value) has no intervals and no spread", () => {
  const { mean, sd, median, min, max } = describe(Float64Array.of(0.25));
  expect([mean.value, median.value, min, max]).toEqual([0.25, 0.25, 0.25, 0.25]);
  expect([mean.low, mean.high, sd.value, sd.low]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});

test("describe(nothing) is NaN throughout", () => {
  const { n, mean, iqm, min, max } = describe(Float64Array.of());
  expect([n, mean.value, iqm.value, min, max]).toEqual([0, Number.NaN, Number.NaN, Number.NaN, Number.NaN]);
});
