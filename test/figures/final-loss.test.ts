import { describe, expect, test } from "vitest";
import { asideOf, slotWidth } from "../../src/figures/draw/estimates.ts";
import { drawn } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

describe("finalLoss(results, options)", () => {
  const results = sweepResults({ set: ["correlations=[0.5, 0.95, 1]"] });
  const { svg, caption } = drawn("final-loss", results, { paper: true });

  test("draws the paper's value hollow and beside ours, so that it hides no interval", () => {
    const [, group = ""] =
      /class="point" data-model="mmoe" data-correlation="1">([\s\S]*?)<\/g>\s*<\/g>/.exec(`${svg}</g></g>`) ?? [];
    const [paper = 0, ours = 0] = [...group.matchAll(/translate\(([\d.]+) /g)].map(([, x]) => Number(x));
    expect(group).toMatch(/class="paper">\s*<path [^>]*fill="none"/);
    expect(caption).toContain("Models at one correlation are drawn side by side around its tick.");
    expect(ours - paper).toBeCloseTo(5 / 2, 6); // models are 5 points apart
  });
});

test("names that take more than half of the width are above the panel, which then fills the page", () => {
  const name = "a mixture of eight experts whose gates are deep, and have a bias";
  const { svg } = drawn(
    "final-loss",
    sweepResults({ set: [`models=[omoe, {name: "${name.slice(0, 60)}", like: mmoe}]`] }),
  );
  const [, left, right] = /data-x="\S+ \S+ \S+ (\S+) (\S+)"/.exec(svg) ?? [];
  expect(Number(right) - Number(left)).toBeGreaterThan(150);
  expect(svg.match(/class="item" data-model/g)).toHaveLength(2);
  expect(svg).not.toContain('class="labels"');
});

test("asideOf(i, count, slot) spreads models around the middle of a slot and stays inside", () => {
  expect([0, 1, 2].map((i) => asideOf(i, 3, 9))).toEqual([-3, 0, 3]);
  const many = Array.from({ length: 13 }, (_, i) => asideOf(i, 13, 10));
  expect(Math.max(...many.map(Math.abs))).toBeLessThan(5);
});

test("slotWidth(places) leaves room between the slots of the nearest places", () => {
  expect(slotWidth([0, 100, 90])).toBeCloseTo(7, 12);
  expect(slotWidth([0, 100])).toBe(24);
});
