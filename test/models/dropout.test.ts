import { expect, test } from "vitest";
import { dropoutInto } from "../../src/models/dropout.ts";
import { mean } from "../../src/stats/moments.ts";

function factors(units: number, probability: number, row = 0, step = 1): Float32Array {
  const out = new Float32Array(units);
  dropoutInto(out, [3, 4], probability, row, step);
  return out;
}

test("dropoutInto(out, key, 0.3) drops 30% of units and keeps their mean 1", () => {
  const many = factors(100_000, 0.3);
  expect(new Set(many)).toEqual(new Set([0, Math.fround(1 / 0.7)]));
  expect(Math.abs(many.filter((factor) => factor === 0).length / 100_000 - 0.3)).toBeLessThan(0.005);
  expect(Math.abs(mean(many) - 1)).toBeLessThan(0.007);
});

test("dropoutInto(out, key, 0) drops nothing", () => {
  expect(mean(factors(1000, 0))).toBe(1);
});

test("dropoutInto(out) gives each row and step masks of its own, whatever the layer's width", () => {
  expect(factors(7, 0.5)).toEqual(factors(40, 0.5).slice(0, 7));
  expect(factors(40, 0.5)).not.toEqual(factors(40, 0.5, 1));
  expect(factors(40, 0.5)).not.toEqual(factors(40, 0.5, 0, 2));
});
