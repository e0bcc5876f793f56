import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Tally } from "../../../src/cli/text/tally.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { recordOf } from "../../../src/records/record.ts";
import { doneResult, failedResult } from "../../support/fake-engine.ts";
import { makeRun } from "../../support/runs.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const RUNS = ["a", "b", "c"].map((id, index) => makeRun({ id, index }, { steps: 1000 }));

test("a Tally counts the steps that were kept, and takes its pace from those of this process", () => {
  const tally = new Tally(RUNS, new Map([["b", 600]]));
  expect([tally.percent, tally.pace]).toEqual([20, "starting"]);
  vi.advanceTimersByTime(10_000);
  tally.reach("b", 900);
  tally.reach("a", 300);
  expect([tally.percent, tally.pace]).toEqual([40, "60 steps/s, 30.0 s left"]);
});

test("a Tally has the mean training loss of the runs that are done", () => {
  const tally = new Tally(RUNS, new Map());
  expect(tally.loss).toBe("");
  const ended = (index: number, ...loss: number[]) => {
    const result = { ...doneResult(RUNS[index] as Run), trainingSetLoss: loss };
    return tally.end(recordOf(index === 1 ? failedResult(RUNS[1] as Run) : result, "fake"));
  };
  ended(0, 0.1, 0.3);
  ended(1);
  expect(tally.loss).toBe("loss 0.2000");
  ended(2, 0.4, 0.6);
  expect([tally.loss, tally.ended]).toEqual(["loss 0.3500", 3]);
});

test("a Tally of runs that begin has all steps to do", () => {
  const tally = new Tally(RUNS, new Map());
  vi.advanceTimersByTime(2000);
  tally.reach("c", 1000);
  expect([tally.percent, tally.pace]).toEqual([33, "500 steps/s, 4.0 s left"]);
});
