import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keyOf } from "../../src/random/key.ts";
import { normals } from "../../src/random/normal.ts";
import {
  areaError,
  areaUnderCurve,
  averagePrecision,
  errorOfMeans,
  placements,
  rankingInGroups,
} from "../../src/stats/ranking.ts";
import { expectClose } from "../support/close.ts";

/** Scores with many ties, and labels. */
const rows = fc.array(fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(0, 1)), {
  minLength: 2,
  maxLength: 40,
});
const columns = (pairs: readonly (readonly [number, number])[]) =>
  [pairs.map(([score]) => score), pairs.map(([, label]) => label)] as const;

/** Mann and Whitney's U by counting every pair. */
function byPairs(scores: readonly number[], labels: readonly number[]): number {
  let [sum, pairs] = [0, 0];
  for (const [i, a] of scores.entries())
    for (const [j, b] of scores.entries()) {
      if (labels[i] !== 1 || labels[j] !== 0) continue;
      pairs++;
      sum += a > b ? 1 : a === b ? 0.5 : 0;
    }
  return sum / pairs;
}

/** The sum over distinct thresholds, falling, of (recall - recall before) precision. */
function byThresholds(scores: readonly number[], labels: readonly number[]): number {
  const all = labels.filter((label) => label === 1).length;
  let [sum, before] = [0, 0];
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const chosen = labels.filter((_, i) => scores[i] >= threshold);
    const found = chosen.filter((label) => label === 1).length;
    sum += (found / all - before) * (found / chosen.length);
    before = found / all;
  }
  return sum;
}

describe("areaUnderCurve(scores, labels)", () => {
  test("is the share of pairs in order, ties counting a half", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [scores, labels] = columns(pairs);
        const expected = byPairs(scores, labels);
        if (Number.isNaN(expected)) expect(areaUnderCurve(scores, labels)).toBeNaN();
        else expect(areaUnderCurve(scores, labels)).toBeCloseTo(expected, 12);
      }),
    );
  });

  test("is scikit-learn's in the example of its documentation", () => {
    expect(areaUnderCurve([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBe(0.75);
  });
});

/** DeLong's variance by its definition: sample variances of the means of psi over the other class's rows. */
function errorByPairs(scores: readonly number[], labels: readonly number[]): number {
  const of = (label: number) => scores.filter((_, i) => labels[i] === label);
  const [ones, zeros] = [of(1), of(0)];
  const psi = (x: number, y: number) => (y < x ? 1 : y === x ? 0.5 : 0);
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / (values.length - 1);
  const v10 = ones.map((x) => meanOf(zeros.map((y) => psi(x, y))));
  const v01 = zeros.map((y) => meanOf(ones.map((x) => psi(x, y))));
  return Math.sqrt(variance(v10) / ones.length + variance(v01) / zeros.length);
}

describe("areaError(scores, labels)", () => {
  test("is the root of DeLong's variance, with ties, and the error of the means of placements", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [scores, labels] = columns(pairs);
        const expected = errorByPairs(scores, labels);
        const found = [areaError(scores, labels), errorOfMeans(placements(Float64Array.from(scores), labels), labels)];
        if (Number.isNaN(expected)) expect(found).toEqual([Number.NaN, Number.NaN]);
        else expectClose(found, [expected, expected], 1e-12);
      }),
    );
  });

  test("gives intervals that cover the true area about as often as they say, and is the spread of areas over samples", () => {
    const [samples, n] = [400, 60];
    const truth = 0.7602499389; // Phi(1 / sqrt 2), of normal scores that are one standard deviation apart
    const random = normals(keyOf("test/areas"), 2 * n * samples);
    const labels = Array.from({ length: 2 * n }, (_, i) => Number(i < n));
    const found = Array.from({ length: samples }, (_, s) => {
      const scores = labels.map((label, i) => label + random[s * 2 * n + i]);
      return [areaUnderCurve(scores, labels), areaError(scores, labels)] as const;
    });
    const covered = found.filter(([area, error]) => Math.abs(area - truth) < 1.96 * error).length / samples;
    expect(Math.abs(covered - 0.95)).toBeLessThan(0.03);
    const spread = Math.sqrt(found.reduce((sum, [area]) => sum + (area - truth) ** 2, 0) / samples);
    const errors = Math.sqrt(found.reduce((sum, [, error]) => sum + error ** 2, 0) / samples);
    expect(errors / spread).toBeGreaterThan(0.9);
    expect(errors / spread).toBeLessThan(1.1);
  });
});

test("measures of many scores in float32, which are sorted by their bits, are those in float64", () => {
  const scores = Float32Array.from(normals(keyOf("test/many-scores"), 12_000), (z) => Math.round(1000 * z) / 1000);
  const labels = scores.map((score, i) => Number(score + Math.sin(i) > 0));
  for (const measure of [areaUnderCurve, areaError, averagePrecision])
    expect(measure(scores, labels)).toBe(measure(new Float64Array(scores), labels));
});

describe("averagePrecision(scores, labels)", () => {
  test("is the sum over thresholds", () => {
    fc.assert(
      fc.property(rows, (pairs) => {
        const [scores, labels] = columns(pairs);
        const expected = byThresholds(scores, labels);
        if (Number.isNaN(expected)) expect(averagePrecision(scores, labels)).toBeNaN();
        else expect(averagePrecision(scores, labels)).toBeCloseTo(expected, 12);
      }),
    );
  });

  test("is scikit-learn's in the example of its documentation", () => {
    expect(averagePrecision([0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1])).toBeCloseTo(0.8333333333333333, 12);
  });
});

/** All orders of some rows whose scores fall. */
function ordersOf(rows: readonly Row[]): Row[][] {
  if (rows.length === 0) return [[]];
  const highest = Math.max(...rows.map(([score]) => score));
  return rows.flatMap((row, i) =>
    row[0] < highest ? [] : ordersOf(rows.toSpliced(i, 1)).map((others) => [row, ...others]),
  );
}

/** A score, a label and a group. */
type Row = readonly [number, number, number];

/** By their definitions, of rows in one order: the AUC, the NDCG of the first ones, and 1 / the rank of the first of class 1. */
function ofOrder(rows: readonly Row[], first: number): [number, number, number] {
  const labels = rows.map(([, label]) => label);
  const gainOf = (some: readonly number[]) =>
    some.slice(0, first).reduce((sum, label, i) => sum + label / Math.log2(i + 2), 0);
  const scores = labels.map((_, i) => -i);
  const ndcg = gainOf(labels) / gainOf(labels.toSorted((a, b) => b - a));
  return [byPairs(scores, labels), ndcg, 1 / (labels.indexOf(1) + 1)];
}

describe("rankingInGroups(scores, labels, groups, first)", () => {
  const some = fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.constantFrom(0, 1), fc.nat(2)), {
    minLength: 2,
    maxLength: 15,
  });

  test("is means over groups of both classes and, where scores are equal, over the orders of their rows", () => {
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 4 }), (rows, first) => {
        const groups = [0, 1, 2].map((group) => rows.filter((row) => row[2] === group).slice(0, 6));
        const kept = groups.flat();
        const whole = groups.filter((own) => new Set(own.map(([, label]) => label)).size === 2);
        const means = whole.map((own) => {
          const orders = ordersOf(own).map((order) => ofOrder(order, first));
          return [0, 1, 2].map((i) => orders.reduce((sum, order) => sum + (order[i] as number), 0) / orders.length);
        });
        const meanOf = (i: number, weights: readonly number[]) =>
          means.reduce((sum, own, g) => sum + (own[i] as number) * (weights[g] as number), 0) /
          weights.reduce((sum, weight) => sum + weight, 0);
        const sizes = whole.map((own) => own.length);
        const ones = whole.map(() => 1);
        const columnOf = (i: 0 | 1 | 2) => kept.map((row) => row[i]);
        const [scores, labels] = [Float32Array.from(columnOf(0)), Float32Array.from(columnOf(1))];
        const found = rankingInGroups(scores, labels, Uint32Array.from(columnOf(2)), first);
        const expected = { gauc: meanOf(0, sizes), ndcg: meanOf(1, ones), mrr: meanOf(2, ones) };
        for (const name of ["gauc", "ndcg", "mrr"] as const)
          if (whole.length === 0) expect(found[name]).toBeNaN();
          else expect(found[name], name).toBeCloseTo(expected[name], 12);
      }),
    );
  });
});
