import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ProgressFile, progressIn } from "../../src/records/progress-file.ts";
import { temporaryFolder } from "../support/effects.ts";
import { makeRun } from "../support/runs.ts";

let folder = "";
beforeEach(() => {
  folder = temporaryFolder();
  vi.useFakeTimers({ toFake: ["performance", "setInterval", "clearInterval"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const START = "2026-03-01T10:00:00.000Z";
const run = (index: number) => makeRun({ index }, { steps: 100 });
const made = (kept: ReadonlyMap<string, number> = new Map()) => new ProgressFile(join(folder, "a"), START, kept);
const read = () => progressIn(folder, "a");

describe("ProgressFile", () => {
  test("is there from the start, and says every five seconds how far each run is", () => {
    const file = made();
    expect(read()).toEqual({ schema: 1, heard: START, elapsedMs: 0, steps: 0, inFlight: [] });
    file.progress(run(0), 30);
    file.progress(run(1), 20);
    file.result({ id: run(1).id, steps: 100 });
    expect(read()?.steps).toBe(0);
    vi.advanceTimersByTime(5000);
    const inFlight = [{ id: run(0).id, step: 30, steps: 100 }];
    expect(read()).toEqual({ schema: 1, heard: "2026-03-01T10:00:05.000Z", elapsedMs: 5000, steps: 130, inFlight });
    file.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("counts no steps of earlier processes", () => {
    const file = made(new Map([run(0), run(1)].map(({ id }) => [id, 40])));
    file.progress(run(0), 60);
    file.result({ id: run(1).id, steps: 100 });
    vi.advanceTimersByTime(5000);
    expect(read()?.steps).toBe(20 + 60);
    file.close();
  });

  test("makes nothing where its folder was removed", () => {
    const file = made();
    rmSync(folder, { recursive: true });
    vi.advanceTimersByTime(5000);
    file.close();
    expect(read()).toBeUndefined();
  });
});

test("progressIn(folder, name) is undefined where there is no such file, or another one", () => {
  expect(read()).toBeUndefined();
  writeFileSync(join(folder, "a.progress.json"), JSON.stringify({ schema: 2 }));
  expect(read()).toBeUndefined();
});
