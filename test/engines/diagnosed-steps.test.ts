import { expect, test } from "vitest";
import { diagnosedSteps } from "../../src/engines/evaluations.ts";

test("diagnosedSteps(training) are all evaluations of a run that has up to 6", () => {
  expect(diagnosedSteps({ steps: 7, evalEvery: 7 })).toEqual([7]);
  expect(diagnosedSteps({ steps: 55, evalEvery: 10 })).toEqual([10, 20, 30, 40, 50, 55]);
});

test("diagnosedSteps(training) are 6 of many evaluations, with the first and the last", () => {
  const steps = [250, 5250, 10_250, 15_000, 20_000, 25_000];
  expect(diagnosedSteps({ steps: 25_000, evalEvery: 250 })).toEqual(steps);
  expect(diagnosedSteps({ steps: 1000, evalEvery: "log:8" })).toHaveLength(6);
});
