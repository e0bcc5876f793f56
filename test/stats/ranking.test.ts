import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areaUnderCurve, averagePrecision } from "../../src/stats/ranking.ts";

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
    const chosen = labels.filter((_, i) => (scores[i] as number) >= threshold);
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
