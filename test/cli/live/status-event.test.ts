import { describe, expect, test } from "vitest";
import { statusEvent, troubleEvent } from "../../../src/cli/live/status-event.ts";
import type { SweepStatus } from "../../../src/sweep/sweep-status.ts";

/** A sweep of 20 runs; `flights` are the steps of those that its process trains, of 200 each. */
function sweepStatus(state: string, { done = 5, failed = 1, missing = 14, flights = [] as number[] } = {}) {
  const curve = { steps: [100, 200], train: [0.9, 0.25] };
  const idOf = (i: number) => `mmoe/p=0.50/00${i}`;
  const inFlight = flights.map((step, i) => ({ id: idOf(i), step, steps: 2000, ...(i === 0 && { curve }) }));
  const provenance = { engine: "cpu", device: "avx512", start: "2026-11-26T08:00:00.000Z" };
  const writer = { name: "here-7", provenance, runs: 5, state, elapsedMs: 1000, progress: { inFlight } };
  const share = flights.reduce((sum, step) => sum + step, 0) / 2000 / Math.max(1, flights.length);
  const training = { runs: flights.length, share };
  const counts = { done, failed, missing, training, kept: { runs: 0, share: 0 } };
  const pace = { runsPerMinute: 3, leftMs: 90_000 };
  return { folder: "results/x", ...counts, ...pace, cells: [], writers: [writer] } as unknown as SweepStatus;
}

describe("statusEvent(status, version, isCurrent)", () => {
  test("says how far the sweep and each run in flight is", () => {
    const status = sweepStatus("training", { flights: [1500, 500] });
    const { total, shares, tables, curves, version } = statusEvent(status, "v", true);
    expect(total).toBe("20 runs: 5 done, 1 failed, 14 missing, 2 of them in training at 50 %; about 1:30 min left");
    expect(shares).toEqual({ done: 0.25, failed: 0.05, training: 0.05 });
    expect(tables.at(-1)).toEqual([
      ["run in flight", "step", "of", "", "training loss"],
      ["mmoe/p=0.50/000", "1,500", "2,000", "75 %", "0.2500"],
      ["mmoe/p=0.50/001", "500", "2,000", "25 %", ""],
    ]);
    expect(curves).toEqual([{ steps: [100, 200], train: [0.9, 0.25] }, null]);
    expect(version).toBe("v");
  });

  test("shows no run in flight of a process that was killed, and says how to go on", () => {
    const { state, note, tables } = statusEvent(sweepStatus("killed", { flights: [1500] }), "v", true);
    expect([state, note]).toEqual([
      "idle",
      "Train the missing runs with: mmoe sweep results/x/config.yaml --out results/x",
    ]);
    expect(tables.map(([heads]) => heads?.[0])).toEqual(["process"]);
  });

  test.each([
    ["training", 14, true, "training"],
    ["ended", 14, true, "idle"],
    ["training", 0, true, "drawing"],
    ["ended", 0, false, "drawing"],
    ["ended", 0, true, "ended"],
    ["silent", 0, true, "ended"],
  ])(
    "of a process that is %s, with %i runs missing, a report that has all: %s, is %s",
    (process, missing, isCurrent, state) => {
      expect(statusEvent(sweepStatus(process, { missing }), "v", isCurrent).state).toBe(state);
    },
  );
});

test("troubleEvent(trouble, version) leaves the page its report", () => {
  expect(troubleEvent("results/x: no such folder", "v")).toMatchObject({
    state: "trouble",
    version: "v",
    note: "results/x: no such folder",
  });
});
