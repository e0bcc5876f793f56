import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { publishedFigure4 } from "../../src/figures/published.ts";
import { cellKey, NO_CHOICE } from "../../src/identity/cell.ts";
import { mean } from "../../src/stats/moments.ts";
import { type Bin, chanceDistance, earthMover } from "../src/earth-mover.ts";
import { publishedFinals } from "../src/published-finals.ts";

const UNIT: readonly Bin[] = [{ low: 0, high: 1, count: 3 }];

describe("earthMover(sample, bins)", () => {
  test("is what moving one value over all of a bar takes: x² / 2 + (1 - x)² / 2", () => {
    for (const x of [0, 0.25, 0.5, 0.9, 1])
      expect(earthMover([x], UNIT)).toBeCloseTo(x ** 2 / 2 + (1 - x) ** 2 / 2, 12);
  });

  test("is the difference of the means where all values are on one side", () => {
    expect(earthMover([1.5, 2, 7], UNIT)).toBeCloseTo(3.5 - 0.5, 12);
    expect(earthMover([-1, -0.5], UNIT)).toBeCloseTo(0.75 + 0.5, 12);
  });

  test("is 1 / 4N of N values in the middles of N equal parts of a bar", () => {
    const middles = [0, 1, 2, 3, 4].map((i) => (i + 0.5) / 5);
    expect(earthMover(middles, UNIT)).toBeCloseTo(1 / 20, 12);
  });

  test("moves the surplus of a bar over the gap: a quarter of the runs by .35", () => {
    const bins = [
      { low: 0.1, high: 0.1001, count: 30 },
      { low: 0.45, high: 0.4501, count: 10 },
    ];
    expect(earthMover([0.1, 0.1, 0.45, 0.45], bins)).toBeCloseTo(0.35 / 4, 4);
  });

  test("throws for no values and for an empty histogram", () => {
    expect(() => earthMover([], UNIT)).toThrow("earthMover: expected values, got none");
    expect(() => earthMover([1], [{ low: 0, high: 1, count: 0 }])).toThrow("expected values, got none");
  });
});

test("chanceDistance(bins, runs) of a bar of 3 values is (pi / 8) sqrt(2 / pi (1 / runs + 1 / 3))", () => {
  const thin = Array.from({ length: 300 }, (_, i) => ({ low: i / 300, high: (i + 1) / 300, count: 0.01 }));
  expect(chanceDistance(thin, 7)).toBeCloseTo((Math.PI / 8) * Math.sqrt((2 / Math.PI) * (1 / 7 + 1 / 3)), 4);
});

describe("publishedFinals", () => {
  test("has 200 runs in each cell of Shared-Bottom, with the mean of Figure 4's end", () => {
    expect(publishedFinals.size).toBe(3);
    for (const correlation of [0.5, 0.9, 1]) {
      const bins = publishedFinals.get(cellOf(correlation)) ?? [];
      const values = bins.flatMap(({ low, high, count }) => Array(count).fill((low + high) / 2));
      const curve = publishedFigure4().filter(
        (one) => one.model === "shared-bottom" && one.correlation === correlation,
      );
      expect(values).toHaveLength(200);
      expect(mean(values)).toBeCloseTo(curve.at(-1)?.loss as number, 2);
    }
  });

  // By another program, from the same counts.
  test.each([
    [0.5, 0.065],
    [0.9, 0.052],
    [1, 0.046],
  ])("at %f is .002 or less off %f from the running means of results/paper", (correlation, known) => {
    const rows: Record<string, string>[] = parse(readFileSync("results/paper/runs.csv"), { columns: true });
    const own = rows.filter((row) => row.model === "shared-bottom" && Number(row.correlation) === correlation);
    const ends = own.map((row) => Number(row.finalRunningLossMean));
    expect(Math.abs(earthMover(ends, publishedFinals.get(cellOf(correlation)) ?? []) - known)).toBeLessThan(0.002);
  });
});

function cellOf(correlation: number): string {
  return cellKey({ model: "shared-bottom", correlation, point: NO_CHOICE });
}
