import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Tally } from "../../../src/cli/text/tally.ts";
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

test("a Tally of runs that begin has all steps to do", () => {
  const tally = new Tally(RUNS, new Map());
  vi.advanceTimersByTime(2000);
  tally.reach("c", 1000);
  expect([tally.percent, tally.pace]).toEqual([33, "500 steps/s, 4.0 s left"]);
});
