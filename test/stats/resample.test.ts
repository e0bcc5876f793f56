import { expect, test } from "vitest";
import { xoshiroOf } from "../../src/random/xoshiro.ts";
import { drawInto, samplerOf } from "../../src/stats/bootstrap.ts";

test("samplerOf(columns) repeats each run as often as it counts, every column ascending by itself", () => {
  const sample = samplerOf([Float64Array.of(3, 1, 2), Float64Array.of(-1, 7, 0)]);
  const counts = Uint8Array.of(0, 2, 1);
  expect(sample(counts).map((column) => [...column])).toEqual([
    [1, 1, 2],
    [0, 7, 7],
  ]);
});

test("samplerOf(columns) repeats a run more often than most resamples do", () => {
  const sample = samplerOf([Float64Array.from({ length: 9 }, (_, i) => i)]);
  const counts = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 7);
  expect([...sample(counts)[0]]).toEqual([7, 7, 8, 8, 8, 8, 8, 8, 8]);
});

test("drawInto(counts) draws as many runs as there are, each once on average", () => {
  const random = xoshiroOf("test");
  const counts = new Uint8Array(7);
  const total = new Float64Array(7);
  for (let i = 0; i < 10_000; i++) {
    drawInto(counts, random);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
    for (const [run, count] of counts.entries()) total[run] += count / 10_000;
  }
  for (const times of total) expect(Math.abs(times - 1)).toBeLessThan(0.03); // three standard errors
});
