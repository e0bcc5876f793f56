import { expect, test } from "vitest";
import { curveLosses, recordOf } from "../../src/records/record.ts";
import { doneResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

test("curveLosses(record, set, i) gives the losses of that evaluation alone, one for each task", () => {
  const record = recordOf(doneResult(makeRun()), "fake");
  const [first, second] = [0, 1].map((i) => curveLosses(record, "train", i));
  expect(first?.tasks).toEqual([...record.curve.train.subarray(0, 2)]);
  expect(second?.tasks).toEqual([...record.curve.train.subarray(2, 4)]);
});
