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
const NO_CURVE = { steps: [], train: [], heldout: [] };
const made = (kept: ConstructorParameters<typeof ProgressFile>[2] = new Map()) =>
  new ProgressFile(join(folder, "a"), START, kept);
const read = () => progressIn(folder, "a");

describe("ProgressFile", () => {
  test("is there from the start, and says every five seconds how far each run is", () => {
    const file = made();
    expect(read()).toEqual({ schema: 1, heard: START, elapsedMs: 0, steps: 0, inFlight: [] });
    file.progress(run(0), 30, Number.NaN);
    file.progress(run(1), 20, Number.NaN);
    file.result({ id: run(1).id, steps: 100 });
    expect(read()?.steps).toBe(0);
    vi.advanceTimersByTime(5000);
    const inFlight = [{ id: run(0).id, step: 30, steps: 100 }];
    expect(read()).toEqual({ schema: 1, heard: "2026-03-01T10:00:05.000Z", elapsedMs: 5000, steps: 130, inFlight });
    file.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("counts no steps of earlier processes", () => {
    const file = made(new Map([run(0), run(1)].map(({ id }) => [id, { step: 40, curve: NO_CURVE }])));
    file.progress(run(0), 60, Number.NaN);
    file.result({ id: run(1).id, steps: 100 });
    vi.advanceTimersByTime(5000);
    expect(read()?.steps).toBe(20 + 60);
    file.close();
  });

  test("has each run's training curve, with what an earlier process saw of it", () => {
    const curve = {
      steps: [10, 20],
      train: [
        [0.9, 0.7],
        [0.5, 0.25],
      ],
      heldout: [],
    };
    const file = made(new Map([[run(0).id, { step: 25, curve }]]));
    for (const [step, loss] of [
      [28, Number.NaN],
      [31, 0.3],
      [34, 0.3],
      [41, 0.2500049],
    ] as const)
      file.progress(run(0), step, loss);
    vi.advanceTimersByTime(5000);
    expect(read()?.inFlight[0]?.curve).toEqual({ steps: [10, 20, 31, 41], train: [0.8, 0.375, 0.3, 0.25] });
    file.close();
  });

  test("has few points of long curves, the last among them, and curves of 40 runs", () => {
    const file = made();
    for (let i = 0; i < 45; i++) for (let step = 1; step <= 999; step++) file.progress(run(i), step, 1 / step);
    vi.advanceTimersByTime(5000);
    const curves = read()?.inFlight.map(({ curve }) => curve) ?? [];
    expect(curves.map((curve) => curve !== undefined)).toEqual(curves.map((_, i) => i < 40));
    const steps = curves[39]?.steps ?? [];
    expect([steps.length <= 200, steps.length > 100, steps.at(-1)]).toEqual([true, true, 999]);
    expect(curves[39]?.train.at(-1)).toBe(0.001001);
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
