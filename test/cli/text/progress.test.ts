import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { barLine, barOf, linesOf, ProgressCount } from "../../../src/cli/text/progress.ts";
import { recordOf } from "../../../src/records/record.ts";
import { doneResult, failedResult } from "../../support/fake-engine.ts";
import { makeRun } from "../../support/runs.ts";
import { Screen } from "../../support/screen.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const RUNS = ["a", "b", "c"].map((id, index) => makeRun({ id, index }, { steps: 1000 }));
const [A, B, C] = RUNS as [(typeof RUNS)[0], (typeof RUNS)[0], (typeof RUNS)[0]];
const counted = (todo = RUNS, kept = new Map<string, number>()) => new ProgressCount({ todo, kept });
const done = (run: (typeof RUNS)[0], ...loss: number[]) =>
  recordOf({ ...doneResult(run), trainingSetLoss: loss }, "fake");

test("a ProgressCount counts the steps that were kept, and takes its rate from those of this process since its first", () => {
  const count = counted(RUNS, new Map([["b", 600]]));
  expect([count.share, count.left]).toEqual([0.2, "starting"]);
  vi.advanceTimersByTime(3000); // workers start
  count.progress(B, 700, Number.NaN);
  vi.advanceTimersByTime(900);
  count.progress(B, 890, Number.NaN);
  expect([count.rate, count.left]).toEqual(["", "starting"]);
  vi.advanceTimersByTime(9100);
  count.progress(B, 1000, Number.NaN);
  count.progress(A, 300, Number.NaN);
  expect([count.rate, count.left]).toEqual(["60 steps/s", "28.3 s left"]); // 1,700 steps
});

test("before the first step of runs with many numbers of vectors, a ProgressCount says that these are drawn", () => {
  const large = { ...A, model: { ...A.model, embeddings: [{ rows: 300_001, size: 30 }] } };
  const count = counted([large, B]);
  expect(count.left).toBe("drawing 9,000,030 numbers");
  count.progress(large, 1, Number.NaN);
  expect(count.left).toBe("starting");
  expect(counted([large], new Map([["a", 5]])).left).toBe("starting");
});

test("a ProgressCount has the mean training loss of its runs, of those in flight by the shares that are done", () => {
  const count = counted();
  count.progress(A, 100, Number.NaN);
  expect(count.loss).toBe("");
  count.progress(A, 200, 0.9);
  count.progress(A, 300, 0.5);
  count.progress(B, 900, 0.1);
  expect(count.loss).toBe("training 0.2000"); // (0.3 * 0.5 + 0.9 * 0.1) / 1.2
  count.result(done(A, 0.1, 0.3));
  count.result(recordOf(failedResult(B), "fake"));
  count.result(done(C, 0.4, 0.6));
  expect([count.loss, count.ended, count.left]).toEqual(["training 0.3500", 3, "writing the CSV files"]);
});

test("a ProgressCount knows that steps of a larger batch take longer, and what is done after the last step", () => {
  const large = makeRun({ id: "large", index: 9 }, { steps: 1000, batch: 16 * 64 });
  const count = counted([...RUNS, large]);
  count.progress(A, 0, Number.NaN);
  vi.advanceTimersByTime(10_000);
  count.progress(A, 1000, Number.NaN);
  const seconds = Number(/^(\d+):\d\d min left/.exec(count.left)?.[1]) * 60;
  expect(seconds).toBeGreaterThan(2 * 10 + 20 * 10);
  for (let step = 1; step <= 1000; step++) for (const run of [B, C, large]) count.progress(run, step, Number.NaN);
  expect([count.share, count.rate, count.left]).toEqual([1, "", "computing the final losses"]);
});

test("a ProgressCount of runs with early stopping has no time left until all have chosen their steps", () => {
  const runs = RUNS.map((run) => ({ ...run, stopping: { patience: 3, validation: 0.2 } }));
  const count = counted(runs);
  for (const run of runs) count.choosing(run, 0);
  count.choosing(A, 100);
  vi.advanceTimersByTime(2000);
  count.choosing(A, 300);
  expect([count.share, count.rate, count.left]).toEqual([0, "100 steps/s", "choosing steps of 3 runs"]);
  count.choosing(A, 300, 100); // three quarters of what it trains
  count.choosing(B, 300, 300);
  expect(count.share).toBeCloseTo((0.75 + 0.5) / 3, 9);
  expect(count.left).toBe("choosing steps of 1 run");
  count.choosing(C, 150, 50);
  expect(count.left).toBe("1.0 s left"); // 2 of 3 in 2 s
  count.result(recordOf(failedResult(runs[1] as (typeof runs)[0]), "fake"));
  for (const run of [A, C])
    count.result(recordOf({ ...doneResult({ ...run, training: { ...run.training, steps: 50 } }) }, "fake"));
  expect([count.share, count.left]).toEqual([1, "writing the CSV files"]);
});

/** A third of the runs is done, and 60 steps a second are. */
function underWay(todo = RUNS): ProgressCount {
  const count = counted(todo);
  count.progress(todo[0] as (typeof RUNS)[0], 0, 0.5);
  vi.advanceTimersByTime(10_000);
  count.progress(todo[0] as (typeof RUNS)[0], 600, 0.5);
  return count;
}

test.each([
  [100, `[=======${" ".repeat(31)}] 0/3 runs, training 0.5000, 60 steps/s, 40.0 s left`],
  [80, `[===${" ".repeat(15)}] 0/3 runs, training 0.5000, 60 steps/s, 40.0 s left`],
  [60, `[===${" ".repeat(12)}] 0/3 runs, training 0.5000, 40.0 s left`],
  [40, `[==${" ".repeat(10)}] 0/3 runs, 40.0 s left`],
])("barLine(count, %i) has what the terminal has room for", (columns, line) => {
  expect(barLine(underWay(), columns)).toBe(line);
});

test("barLine(count, columns) is narrower than the terminal from 46 columns on, with any text", () => {
  const many = Array.from({ length: 9999 }, (_, index) => ({ ...A, id: `${index}`, index }));
  const count = counted(many);
  for (let columns = 46; columns < 120; columns++) expect(barLine(count, columns).length).toBeLessThan(columns);
  for (const run of many) count.progress(run, 1000, 0.1);
  for (let columns = 46; columns < 120; columns++) expect(barLine(count, columns).length).toBeLessThan(columns);
});

test("barOf(count, stream) draws a bar over the one before, below all notes, and leaves none behind", () => {
  const screen = new Screen(60);
  const bar = barOf(underWay(), screen);
  const line = "[===            ] 0/3 runs, training 0.5000, 40.0 s left";
  expect(screen.shown).toEqual([line]);
  const note = "mmoe: run mmoe/p=0.50/002: loss is NaN at step 420 (recorded as failed; 1 of 3 so far)";
  bar.note(note);
  bar.note("short");
  expect(screen.shown).toEqual([note.slice(0, 60), note.slice(60), "short", line]);
  bar.stop();
  expect(screen.shown).toEqual([note.slice(0, 60), note.slice(60), "short"]);
});

test("linesOf(count, note) writes a line every ten seconds until it is stopped", () => {
  const lines: string[] = [];
  const count = underWay();
  const shown = linesOf(count, (line) => lines.push(line));
  vi.advanceTimersByTime(10_000);
  shown.stop();
  vi.advanceTimersByTime(30_000);
  expect(lines).toEqual(["0 of 3 runs, 20 % of the work, training 0.5000, 30 steps/s, 1:20 min left"]);
});
