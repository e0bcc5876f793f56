import { describe, expect, test } from "vitest";
import { asideOf, slotWidth } from "../../src/figures/draw/estimates.ts";
import { DEFAULT_OPTIONS, type Figure } from "../../src/figures/draw/figure.ts";
import { drawerOf } from "../support/drawer.ts";
import { sweepResults } from "../support/sweep-results.ts";

const finalLoss = drawerOf("final-loss");

describe("finalLoss(results, options)", () => {
  const results = sweepResults({ set: ["correlations=[0.5, 0.95, 1]"] });
  const { svg, caption } = finalLoss(results, { ...DEFAULT_OPTIONS, paper: true }) as Figure;

  test("draws models side by side, each nearer to its own correlation than to another, and says so", () => {
    const [, low = 0, high = 1, left = 0, right = 0] =
      /data-x="linear (\S+) (\S+) (\S+) ([^"]+)"/.exec(svg)?.map(Number) ?? [];
    const at = (correlation: number) => left + ((correlation - low) / (high - low)) * (right - left);
    const ours = svg.replaceAll(/<g class="paper">[\s\S]*?<\/g>/g, "");
    const points = ours.matchAll(
      /class="point" data-model="(\S+)" data-correlation="([\d.]+)">[\s\S]*?translate\(([\d.]+) /g,
    );
    const places = [...points].map(([, model, correlation, x]) => ({
      model,
      correlation: Number(correlation),
      x: Number(x),
    }));
    expect(places).toHaveLength(9);
    for (const { correlation, x } of places) {
      const distances = [0.5, 0.95, 1].map((other) => ({ other, by: Math.abs(x - at(other)) }));
      expect(distances.sort((a, b) => a.by - b.by)[0]?.other).toBe(correlation);
    }
    expect(new Set(places.filter(({ correlation }) => correlation === 1).map(({ x }) => x)).size).toBe(3);
    expect(caption).toContain("Models at one correlation are drawn side by side around its tick.");
  });

  test("draws the paper's value hollow and beside ours, so that it hides no interval", () => {
    const [, group = ""] =
      /class="point" data-model="mmoe" data-correlation="1">([\s\S]*?)<\/g>\s*<\/g>/.exec(`${svg}</g></g>`) ?? [];
    const [paper = 0, ours = 0] = [...group.matchAll(/translate\(([\d.]+) /g)].map(([, x]) => Number(x));
    expect(group).toMatch(/class="paper">\s*<path [^>]*fill="none"/);
    expect(ours - paper).toBeCloseTo(5 / 2, 6); // models are 5 points apart
  });
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
