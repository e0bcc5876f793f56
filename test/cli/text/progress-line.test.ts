import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lineProgress, ProgressCount } from "../../../src/cli/text/progress-line.ts";
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

test("a ProgressCount counts the steps that were kept, and takes its pace from those of this process", () => {
  const count = new ProgressCount(RUNS, new Map([["b", 600]]));
  expect([count.percent, count.pace]).toEqual([20, "starting"]);
  vi.advanceTimersByTime(10_000);
  count.reach("b", 900);
  count.reach("a", 300);
  expect([count.percent, count.pace]).toEqual([40, "60 steps/s, 30.0 s left"]);
});

test("a ProgressCount has the mean training loss of the runs that are done", () => {
  const count = new ProgressCount(RUNS, new Map());
  expect(count.loss).toBe("");
  const ended = (index: number, ...loss: number[]) => {
    const result = { ...doneResult(RUNS[index]), trainingSetLoss: loss };
    return count.end(recordOf(index === 1 ? failedResult(RUNS[1]) : result, "fake"));
  };
  count.reach("b", 900, 7);
  ended(0, 0.1, 0.3);
  ended(1);
  expect(count.loss).toBe("training 0.2000");
  ended(2, 0.4, 0.6);
  expect([count.loss, count.ended]).toEqual(["training 0.3500", 3]);
});

test("a ProgressCount has the latest losses of runs in flight, by the shares of their steps that are done", () => {
  const count = new ProgressCount(RUNS, new Map());
  count.reach("a", 100);
  expect([count.loss, count.meanLoss]).toEqual(["", Number.NaN]);
  count.reach("a", 200, 0.9);
  count.reach("a", 300, 0.5);
  expect(count.loss).toBe("training 0.5000");
  count.reach("b", 900, 0.1);
  expect(count.meanLoss).toBeCloseTo((0.3 * 0.5 + 0.9 * 0.1) / 1.2, 9);
});

test("lineProgress counts the runs in training, which in lockstep end in one moment", () => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
  const lines: string[] = [];
  const progress = lineProgress({ todo: RUNS, kept: new Map() }, (line) => lines.push(line));
  for (const run of RUNS) progress.progress(run, 500, 0.5);
  vi.advanceTimersByTime(10_000);
  progress.result(recordOf(doneResult(RUNS[0]), "fake"));
  vi.advanceTimersByTime(10_000);
  progress.stop();
  expect(lines).toEqual([
    expect.stringMatching(/^0 of 3 runs, 3 in training, 50 % of the steps/),
    expect.stringMatching(/^1 of 3 runs, 2 in training, 66 % of the steps/),
  ]);
});

test("a ProgressCount counts no time before the first step once a second has passed since it", () => {
  const count = new ProgressCount(RUNS, new Map());
  vi.advanceTimersByTime(3000); // workers start
  count.reach("a", 10);
  vi.advanceTimersByTime(500);
  count.reach("a", 110);
  expect(count.pace).toBe("starting");
  vi.advanceTimersByTime(500);
  count.reach("a", 210);
  expect(count.pace).toBe("200 steps/s, 14.0 s left");
});

test("a ProgressCount knows that steps of a larger batch take longer", () => {
  const large = makeRun({ id: "large", index: 9 }, { steps: 1000, batch: 16 * 64 });
  const count = new ProgressCount([...RUNS, large], new Map());
  count.reach("a", 0);
  vi.advanceTimersByTime(10_000);
  count.reach("a", 1000);
  const seconds = Number(/, (\d+):\d\d min left/.exec(count.pace)?.[1]) * 60;
  expect(seconds).toBeGreaterThan(2 * 10 + 20 * 10);
});

test("a ProgressCount has no time left when a sweep has ended, also before its pace is known", () => {
  const count = new ProgressCount(RUNS, new Map());
  for (const run of RUNS) {
    expect(count.left).toBe("starting");
    count.end(recordOf(doneResult(run), "fake"));
  }
  count.close();
  expect(count.left).toBe("0.0 s left");
});

test("a ProgressCount says what is done after the last step, in place of a time that it can't know", () => {
  const uneven = [0.1, 0.7, 3].map((lr, index) => makeRun({ id: `${lr}`, index }, { steps: 1000, batch: 64 + index }));
  const count = new ProgressCount(uneven, new Map());
  for (let step = 1; step <= 1000; step++) for (const { id } of uneven) count.reach(id, step);
  vi.advanceTimersByTime(60_000);
  expect([count.percent, count.pace, count.left]).toEqual([
    100,
    "computing the final losses",
    "computing the final losses",
  ]);
  for (const run of uneven) count.end(recordOf(doneResult(run), "fake"));
  expect([count.pace, count.left]).toEqual(["writing the CSV files", "writing the CSV files"]);
});

test("a ProgressCount of runs with early stopping says how many have chosen their steps, then has the shares that are done", () => {
  const stopping = { patience: 3, validation: 0.2 };
  const runs = RUNS.map((run) => ({ ...run, stopping }));
  const count = new ProgressCount(runs, new Map());
  for (const { id } of runs) count.choose(id, 0);
  expect([count.percent, count.pace]).toEqual([0, "choosing steps: 0/3"]);
  count.choose("a", 100);
  vi.advanceTimersByTime(2000);
  count.choose("a", 300);
  expect([count.percent, count.pace]).toEqual([0, "100 steps/s, choosing steps: 0/3"]);
  count.choose("a", 300, 100); // three quarters of what it trains
  count.choose("b", 300, 300);
  expect([count.percent, count.left]).toEqual([41, "choosing steps: 2/3"]); // (0.75 + 0.5) / 3
  count.choose("c", 150, 50);
  expect([count.percent, count.left]).toEqual([66, "1.0 s left"]); // 2 of 3 in 2 s
  count.reach("a", 50);
  expect(count.percent).toBe(70); // (0.875 + 0.5 + 0.75) / 3
  for (const run of runs)
    count.end(recordOf({ ...doneResult({ ...run, training: { ...run.training, steps: 50 } }) }, "fake"));
  expect([count.steps, count.left]).toEqual([3000, "writing the CSV files"]);
});

test("a ProgressCount of further runs with early stopping counts these alone, and none that has failed", () => {
  const runs = RUNS.map((run) => ({ ...run, stopping: { patience: 3, validation: 0.2 } }));
  const count = new ProgressCount(runs, new Map());
  count.choose("a", 0);
  count.choose("a", 100, 50);
  for (const id of ["b", "c"]) count.choose(id, 0);
  expect(count.left).toBe("choosing steps: 0/2");
  count.end(recordOf(failedResult(runs[1]), "fake"));
  expect(count.left).toBe("choosing steps: 0/1");
});
