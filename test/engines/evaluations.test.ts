import { describe, expect, test } from "vitest";
import {
  diagnosedSteps,
  type EvalEvery,
  evaluationCount,
  evaluationSteps,
  nextEvaluation,
} from "../../src/engines/evaluations.ts";

const evaluations = (steps: number, evalEvery: EvalEvery) => evaluationSteps({ steps, evalEvery });

test.each([
  [3, 7, [3, 6, 7]],
  [[2, 5], 9, [2, 5, 9]],
  [[2, 5, 12], 5, [2, 5]],
  ["log:1", 1000, [1, 10, 100, 1000]],
  ["log:4", 60, [1, 2, 3, 6, 10, 18, 32, 56, 60]],
  ["log:20", 15, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15]],
] as const)("with evalEvery %s a run of %i steps is evaluated after %j", (evalEvery, steps, expected) => {
  expect(evaluations(steps, evalEvery)).toEqual(expected);
  expect(evaluationCount({ steps, evalEvery })).toBe(expected.length);
});

test("log:20 gives ten million steps 20 points a decade, each after another step, from any step on the same", () => {
  const all = evaluations(1e7, "log:20");
  expect(all.filter((step) => step > 1e5 && step <= 1e6)).toHaveLength(20);
  expect(all.slice(-21)[0]).toBe(1e6);
  for (const [i, step] of all.slice(1).entries())
    expect(nextEvaluation({ steps: 1e7, evalEvery: "log:20" }, step - 1)).toBe(all[i + 1]);
});

describe("evaluations by the number of steps", () => {
  const stepsOf = (steps: number) => evaluationSteps({ steps, evalEvery: "auto" });

  test("are at least 30 of a run of 30 steps or more, and fewer than 61", () => {
    for (const steps of [30, 31, 59, 60, 100, 479, 480, 25_000, 1_000_003]) {
      expect(stepsOf(steps).length).toBeGreaterThanOrEqual(30);
      expect(stepsOf(steps).length).toBeLessThanOrEqual(60);
      expect(stepsOf(steps).at(-1)).toBe(steps);
    }
    expect(stepsOf(5)).toEqual([1, 2, 3, 4, 5]);
  });

  test("are, of a longer run, at steps at which a shorter one is evaluated, too", () => {
    const [long, short] = [stepsOf(3000), stepsOf(700)];
    expect(long.filter((step) => step <= 640).every((step) => short.includes(step))).toBe(true);
  });
});

test("diagnosedSteps(training) are all evaluations of a run that has up to 6", () => {
  expect(diagnosedSteps({ steps: 7, evalEvery: 7 })).toEqual([7]);
  expect(diagnosedSteps({ steps: 55, evalEvery: 10 })).toEqual([10, 20, 30, 40, 50, 55]);
});

test("diagnosedSteps(training) are 6 of many evaluations, with the first and the last", () => {
  const steps = [250, 5250, 10_250, 15_000, 20_000, 25_000];
  expect(diagnosedSteps({ steps: 25_000, evalEvery: 250 })).toEqual(steps);
  expect(diagnosedSteps({ steps: 1000, evalEvery: "log:8" })).toHaveLength(6);
});
