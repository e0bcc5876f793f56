import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { fitOf } from "../../scripts/calibration/fit/fit.ts";
import { readPoints } from "../../scripts/calibration/fit/points.ts";
import { generatorOf } from "../../src/config/config.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { GOLDEN } from "../data/golden/golden.ts";

const rows: Record<string, string>[] = parse(readFileSync("results/calibration/constants.csv"), { columns: true });
const points = readPoints("results/published/fig2.csv", 100);

describe("results/calibration/constants.csv, as committed", () => {
  test("has twelve sets of each number of sines, and four at least within .0015 of Figure 2", () => {
    expect(["4", "5", "6"].map((sines) => rows.filter((row) => row.sines === sines).length)).toEqual([12, 12, 12]);
    expect(rows.filter(({ largestDifference }) => Number(largestDifference) <= 0.0015).length).toBeGreaterThan(4);
  });

  test.each(rows)("has the distance and the ladder of its $sines sines, set $set", (row) => {
    const settings = generatorOf(loadConfig("fixed-rows", [setOverride(`data=${row.data}`)]));
    const { largest, rms, chiSquare, ladder } = fitOf(settings, points);
    const rungs = Array.from({ length: Number(row.sines) + 1 }, (_, j) => Number(row[`rung${j}`]));
    const known = [row.largestDifference, row.rms, row.chiSquare].map(Number);
    const independent = GOLDEN.sets[`${row.sines}-${row.set}`] as number[];
    for (const values of [
      [...known, ...rungs],
      [largest, rms, chiSquare, ...ladder],
    ]) {
      expect(values).toHaveLength(independent.length);
      for (const [i, value] of values.entries()) expect(value, `number ${i}`).toBeCloseTo(independent[i] as number, 6);
    }
    expect(settings.alpha).toHaveLength(Number(row.sines));
  });
});
