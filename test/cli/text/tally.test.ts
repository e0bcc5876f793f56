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
  tally.reach("b", 900, 7);
  ended(0, 0.1, 0.3);
  ended(1);
  expect(tally.loss).toBe("training 0.2000");
  ended(2, 0.4, 0.6);
  expect([tally.loss, tally.ended]).toEqual(["training 0.3500", 3]);
});

test("a Tally has the latest losses of runs in flight, by the shares of their steps that are done", () => {
  const tally = new Tally(RUNS, new Map());
  tally.reach("a", 100);
  expect([tally.loss, tally.meanLoss]).toEqual(["", Number.NaN]);
  tally.reach("a", 200, 0.9);
  tally.reach("a", 300, 0.5);
  expect(tally.loss).toBe("training 0.5000");
  tally.reach("b", 900, 0.1);
  expect(tally.meanLoss).toBeCloseTo((0.3 * 0.5 + 0.9 * 0.1) / 1.2, 9);
});

test("a Tally of runs that begin has all steps to do", () => {
  const tally = new Tally(RUNS, new Map());
  vi.advanceTimersByTime(8000);
  tally.reach("c", 1000);
  expect([tally.percent, tally.pace]).toEqual([33, "125 steps/s, 16.0 s left"]);
});

test("a Tally counts no time before the first step once a second has passed since it", () => {
  const tally = new Tally(RUNS, new Map());
  vi.advanceTimersByTime(3000); // workers start
  tally.reach("a", 10);
  vi.advanceTimersByTime(500);
  tally.reach("a", 110);
  expect(tally.pace).toBe("starting");
  vi.advanceTimersByTime(500);
  tally.reach("a", 210);
  expect(tally.pace).toBe("200 steps/s, 14.0 s left");
});

test("a Tally knows that steps of a larger batch take longer", () => {
  const large = makeRun({ id: "large", index: 9 }, { steps: 1000, batch: 16 * 64 });
  const tally = new Tally([...RUNS, large], new Map());
  tally.reach("a", 0);
  vi.advanceTimersByTime(10_000);
  tally.reach("a", 1000);
  const seconds = Number(/, (\d+):\d\d min left/.exec(tally.pace)?.[1]) * 60;
  expect(seconds).toBeGreaterThan(2 * 10 + 20 * 10);
});

test("a Tally has no time left when a sweep has ended, also before its pace is known", () => {
  const tally = new Tally(RUNS, new Map());
  for (const run of RUNS) {
    expect(tally.left).toBe("starting");
    tally.end(recordOf(doneResult(run), "fake"));
  }
  tally.close();
  expect(tally.left).toBe("0.0 s left");
});

test("a Tally says what is done after the last step, in place of a time that it can't know", () => {
  const uneven = [0.1, 0.7, 3].map((lr, index) => makeRun({ id: `${lr}`, index }, { steps: 1000, batch: 64 + index }));
  const tally = new Tally(uneven, new Map());
  for (let step = 1; step <= 1000; step++) for (const { id } of uneven) tally.reach(id, step);
  vi.advanceTimersByTime(60_000);
  expect([tally.percent, tally.pace, tally.left]).toEqual([
    100,
    "computing the final losses",
    "computing the final losses",
  ]);
  for (const run of uneven) tally.end(recordOf(doneResult(run), "fake"));
  expect([tally.pace, tally.left]).toEqual(["writing the CSV files", "writing the CSV files"]);
});

test("a Tally of runs with early stopping says how many have chosen their steps, then has the shares that are done", () => {
  const stopping = { patience: 3, validation: 0.2 };
  const runs = RUNS.map((run) => ({ ...run, stopping }));
  const tally = new Tally(runs, new Map());
  for (const { id } of runs) tally.choose(id, 0);
  expect([tally.percent, tally.pace]).toEqual([0, "choosing steps: 0/3"]);
  tally.choose("a", 100);
  vi.advanceTimersByTime(2000);
  tally.choose("a", 300);
  expect([tally.percent, tally.pace]).toEqual([0, "100 steps/s, choosing steps: 0/3"]);
  tally.choose("a", 300, 100); // three quarters of what it trains
  tally.choose("b", 300, 300);
  expect([tally.percent, tally.left]).toEqual([41, "choosing steps: 2/3"]); // (0.75 + 0.5) / 3
  tally.choose("c", 150, 50);
  expect([tally.percent, tally.left]).toEqual([66, "1.0 s left"]); // 2 of 3 in 2 s
  tally.reach("a", 50);
  expect(tally.percent).toBe(70); // (0.875 + 0.5 + 0.75) / 3
  for (const run of runs)
    tally.end(recordOf({ ...doneResult({ ...run, training: { ...run.training, steps: 50 } }) }, "fake"));
  expect([tally.steps, tally.left]).toEqual([3000, "writing the CSV files"]);
});

test("a Tally of further runs with early stopping counts these alone, and none that has failed", () => {
  const runs = RUNS.map((run) => ({ ...run, stopping: { patience: 3, validation: 0.2 } }));
  const tally = new Tally(runs, new Map());
  tally.choose("a", 0);
  tally.choose("a", 100, 50);
  for (const id of ["b", "c"]) tally.choose(id, 0);
  expect(tally.left).toBe("choosing steps: 0/2");
  tally.end(recordOf(failedResult(runs[1] as Run), "fake"));
  expect(tally.left).toBe("choosing steps: 0/1");
});
