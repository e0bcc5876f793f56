import { expect, test } from "vitest";
import { diagnosedSteps } from "../../src/engines/evaluations.ts";

test("diagnosedSteps(training) are all evaluations of a run that has up to 11", () => {
  expect(diagnosedSteps({ steps: 7, evalEvery: 7 })).toEqual([7]);
  expect(diagnosedSteps({ steps: 95, evalEvery: 10 })).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 95]);
});

test("diagnosedSteps(training) are 11 of many evaluations, with the first and the last", () => {
  const steps = [250, 2750, 5250, 7750, 10250, 12750, 15000, 17500, 20000, 22500, 25000];
  expect(diagnosedSteps({ steps: 25_000, evalEvery: 250 })).toEqual(steps);
  expect(diagnosedSteps({ steps: 1000, evalEvery: "log:8" })).toHaveLength(11);
});
