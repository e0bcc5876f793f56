import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordOf } from "../../src/records/record.ts";
import { TimeLimit } from "../../src/sweep/time-limit.ts";
import { doneResult, failedResult } from "../support/fake-engine.ts";
import { makeRun } from "../support/runs.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "Date", "setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const run = (index: number) => makeRun({ index }, { steps: 200 });
const done = (index: number) => recordOf(doneResult(run(index)), "fake");
const failed = (index: number) => recordOf(failedResult(run(index)), "fake");

/** Trains run after run, of `times` ms each, until no more may begin; gives how many ended. */
function trainAll(limit: TimeLimit, times: readonly number[]): number {
  let ended = 0;
  for (const ms of times) {
    if (limit.noMore.aborted) break;
    limit.begin([run(ended)]);
    vi.advanceTimersByTime(ms);
    limit.result(done(ended++));
  }
  return ended;
}

test("a TimeLimit lets no run begin that would end after it, with a tenth to spare, by the longest run", () => {
  expect(trainAll(new TimeLimit(1000), Array(20).fill(100))).toBe(9); // at 900 ms one of 110 ms would end too late
  expect(trainAll(new TimeLimit(1011), Array(20).fill(100))).toBe(10);
  expect(trainAll(new TimeLimit(1000), [100, 300, 100, 100, 100, 100])).toBe(5); // 700 ms, and one may take 330
});

test("a TimeLimit takes runs that are begun together for one piece of work", () => {
  const limit = new TimeLimit(1000);
  limit.begin([run(0), run(1), run(2)]);
  vi.advanceTimersByTime(600);
  for (const index of [0, 1, 2]) limit.result(done(index));
  expect(limit.noMore.aborted).toBe(true);
});

test("a TimeLimit is not misled by a run that failed early", () => {
  const limit = new TimeLimit(1000);
  limit.begin([run(0), run(1)]);
  vi.advanceTimersByTime(200);
  limit.progress(run(1), 30);
  limit.result(failed(0));
  expect(limit.noMore.aborted).toBe(true); // by run 1's progress a run takes 1,333 ms
});

test("a TimeLimit draws no conclusion from the first steps of a run", () => {
  const limit = new TimeLimit(1000);
  limit.begin([run(0), run(1)]);
  vi.advanceTimersByTime(200);
  limit.progress(run(1), 3);
  limit.result(failed(0));
  expect(limit.noMore.aborted).toBe(false);
});

test("a TimeLimit says once that the first runs will not end in time, when their pace is known", () => {
  const notes: string[] = [];
  const limit = new TimeLimit(60_000, (line) => notes.push(line));
  limit.begin([run(0), run(1)]);
  vi.advanceTimersByTime(9000);
  limit.progress(run(0), 5);
  expect(notes).toEqual([]);
  for (const step of [20, 21]) for (const index of [0, 1]) limit.progress(run(index), step);
  expect(notes).toEqual([
    "mmoe/p=0.5/0 would end 30.0 s after the time limit, and not be kept; give more time, or begin with fewer --runs",
  ]);
});

test("a TimeLimit does not speak of runs that end in time, nor of those begun after others have ended", () => {
  const notes: string[] = [];
  const limit = new TimeLimit(60_000, (line) => notes.push(line));
  limit.begin([run(0)]);
  vi.advanceTimersByTime(5000);
  limit.progress(run(0), 20);
  limit.result(done(0));
  limit.begin([run(1)]);
  vi.advanceTimersByTime(9000);
  limit.progress(run(1), 20);
  expect(notes).toEqual([]);
});

test.each([-10, 10])("a TimeLimit does not heed a wall clock that jumps by %d days", (days) => {
  const limit = new TimeLimit(1000);
  limit.begin([run(0)]);
  vi.setSystemTime(Date.now() + days * 86_400_000);
  vi.advanceTimersByTime(100);
  limit.result(done(0));
  expect(limit.noMore.aborted).toBe(false);
  expect(trainAll(limit, Array(20).fill(100))).toBe(8);
});

test("a TimeLimit is over at its end, whatever the wall clock says", () => {
  const limit = new TimeLimit(60_000);
  vi.setSystemTime(Date.now() + 86_400_000);
  vi.advanceTimersByTime(59_999);
  vi.setSystemTime(Date.now() - 2 * 86_400_000);
  expect(limit.over.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(limit.over.aborted).toBe(true);
});

test("a TimeLimit that is cleared leaves no timer", () => {
  new TimeLimit(60_000).clear();
  expect(vi.getTimerCount()).toBe(0);
});
