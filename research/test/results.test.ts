import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { generatorOf } from "../../src/config/generated.ts";
import { loadConfig, setOverride } from "../../src/config/load.ts";
import { fitOf } from "../src/fit/fit.ts";
import { readPoints } from "../src/fit/points.ts";
import { GOLDEN } from "./golden/golden.ts";

type Row = Record<string, string>;
const rowsOf = (name: string): Row[] => parse(readFileSync(`research/results/${name}.csv`), { columns: true });
const joint = rowsOf("constants");
const rows = rowsOf("points");
const phases = rowsOf("phases");
const rungs = rowsOf("rungs");
const POINTS_ALONE = [...rows, ...phases, ...rungs];
const ALL = [...joint, ...POINTS_ALONE];
const lowest = rowsOf("lowest-rate");
const points = readPoints("results/published/fig2.csv", { trials: 100, rows: 10_000 });

describe("research/results/constants.csv, as committed", () => {
  test("has at most twelve sets of each number of sines, best first", () => {
    for (const sines of ["4", "5", "6", "7"]) {
      const own = joint.filter((row) => row.sines === sines);
      const squares = own.map((row) => Number(row.chiSquare) + Number(row.barChiSquare));
      expect(own.map(({ set }) => set)).toEqual(own.map((_, i) => `b${i + 1}`));
      expect(own.length).toBeLessThan(13);
      expect(squares.at(-1)).toBeLessThan(25);
      expect(squares).toEqual([...squares].sort((a, b) => a - b));
    }
  });

  test("has constants of five and more sines that points and bars allow, and of four that they hardly do", () => {
    const best = ["4", "5", "6", "7"].map((sines) => joint.find((row) => row.sines === sines) as Row);
    const squares = best.map((row) => Number(row.chiSquare) + Number(row.barChiSquare));
    expect(squares[0]).toBeGreaterThan(16.9); // 5 % of 9 degrees of freedom: 18 numbers, 9 constants
    for (const one of squares.slice(1)) expect(one).toBeLessThan(7);
  });
});

describe("research/results/points.csv, as committed", () => {
  test("has twelve sets of each number of sines, and four at least within .0015 of Figure 2", () => {
    expect(["4", "5", "6"].map((sines) => rows.filter((row) => row.sines === sines).length)).toEqual([12, 12, 12]);
    expect(rows.filter(({ largestDifference }) => Number(largestDifference) <= 0.0015).length).toBeGreaterThan(4);
  });
});

/** A sample of as many sets of five and of six sines, all of which fit Figure 2 and have the first rung .176. */
function expectFits(sets: readonly Row[], each: number): void {
  expect(["5", "6"].map((sines) => sets.filter((row) => row.sines === sines).length)).toEqual([each, each]);
  for (const { chiSquare, rung1 } of sets) {
    expect(Number(chiSquare)).toBeLessThan(4);
    expect(Number(rung1)).toBeCloseTo(0.1765, 2);
  }
}

describe("research/results/phases.csv, as committed", () => {
  test("has 40 sets of five and of six sines with a chi-square below 4 and the rungs .176 and .32 to .37", () => {
    expectFits(phases, 40);
    for (const { rung2 } of phases) expect(Math.abs(Number(rung2) - 0.345)).toBeLessThan(0.025);
  });

  test("counts no more bad tasks than there are", () => {
    for (const row of phases)
      for (const correlation of [0.5, 0.9, 1])
        expect(Number(row[`badTasks at ${correlation}`])).toBeLessThanOrEqual(2 * Number(row.runs));
  });
});

describe("research/results/rungs.csv, as committed", () => {
  test("has 60 sets of five and of six sines with a chi-square below 4, the rung .176 and a second one outside .32 to .37", () => {
    expectFits(rungs, 60);
    for (const { rung2 } of rungs) expect(Math.abs(Number(rung2) - 0.345)).toBeGreaterThan(0.025);
  });
});

describe("research/results/lowest-rate.csv, as committed", () => {
  test("has the five sines and every set with five or six sines", () => {
    const sets = POINTS_ALONE.filter(({ sines }) => sines !== "4").map(({ sines, set }) => `${sines}-${set}`);
    expect(lowest.map(({ constants }) => constants).sort()).toEqual(["paper", ...sets].sort());
  });

  test("has losses that fall, and no more bad tasks than there are", () => {
    for (const { runs, loss500, loss1000, badTasks } of lowest) {
      expect(Number(loss1000)).toBeLessThan(Number(loss500));
      expect(Number(badTasks)).toBeLessThanOrEqual(2 * Number(runs));
    }
  });
});

test.each(ALL)("set $sines-$set has its distance and its ladder", (row) => {
  const settings = generatorOf(loadConfig("fixed-rows", [setOverride(`data=${row.data}`)]));
  const { largest, rms, chiSquare, barChiSquare, ladder } = fitOf(settings, points);
  const rungs = Array.from({ length: Number(row.sines) + 1 }, (_, j) => Number(row[`rung${j}`]));
  const known = [row.largestDifference, row.rms, row.chiSquare, row.barChiSquare ?? barChiSquare].map(Number);
  const independent = GOLDEN.sets[`${row.sines}-${row.set}`] as number[];
  for (const values of [
    [...known, ...rungs],
    [largest, rms, chiSquare, barChiSquare, ...ladder],
  ]) {
    expect(values).toHaveLength(independent.length);
    for (const [i, value] of values.entries())
      expect(Math.abs(value - independent[i]), `number ${i}`).toBeLessThan(5e-7 * Math.max(1, independent[i]));
  }
  expect(settings.alpha).toHaveLength(Number(row.sines));
});
