import { expect, test } from "vitest";
import type { LossSet } from "../../src/config/losses.ts";
import { lossCurve, recordOf } from "../../src/records/record.ts";
import { runningMeans } from "../../src/records/running-mean.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

const done = recordOf(doneResult(makeRun()), "fake");
const steps = [2, 4, 5];
const curve = { steps, train: Float64Array.of(3, 9, 1, 3, 7, 1), heldout: Float64Array.of(8, 6, 4, 2, 7, 5) };

test.each<[LossSet, number[], number[], number[]]>([
  ["train", [3, 1, 7], [9, 3, 1], [6, 2, 4]],
  ["heldout", [8, 4, 7], [6, 2, 5], [7, 3, 6]],
  ["running", [3, 2, 3], [9, 6, 5], [6, 4, 4]],
])("lossCurve(record, '%s', task) is the loss of a task, or the mean over tasks, at each evaluation", (set, ...of) => {
  const record = { ...done, curve };
  expect([0, 1, "mean" as const].map((task) => [...lossCurve(record, set, task)])).toEqual(of);
});

test("lossCurve(record, set) of a run that failed before its first evaluation has no points", () => {
  const record = { ...done, curve: { steps: [], train: new Float64Array(), heldout: new Float64Array() } };
  expect(["train", "running"].map((set) => lossCurve(record, set as LossSet).length)).toEqual([0, 0]);
});

test("runningMeans(curve) counts a mean as often as it has steps, where evaluations are not evenly spaced", () => {
  const curve = { steps: [1, 10, 100], train: Float64Array.of(8, 1, 3, 2, 1, 4) }; // 1, 9 and 90 steps
  expect([...runningMeans(curve)]).toEqual([8, 1, 3.5, 1.9, 1.25, 3.79]);
});
