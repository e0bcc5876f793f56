import { expect, test } from "vitest";
import { LOSS_SETS, type LossSet } from "../../src/config/losses.ts";
import { finalLosses, lossCurve, type RunRecord } from "../../src/records/record.ts";
import { listedCells, runPicker, runsSection, type SingleRuns, singleRuns } from "../../src/report/runs-section.ts";
import { sweepResults } from "../support/sweep-results.ts";

test("listedCells(results) has each run once, the failed with their reason", () => {
  const results = sweepResults({
    failing: (id) => id === "omoe/p=0.90/003",
    missing: (id) => id === "mmoe/p=1.00/001",
  });
  const cells = listedCells(results);
  const omoe = cells.find(({ model, correlation }) => model === "omoe" && correlation === 0.9);
  expect(omoe?.runs).toEqual([0, 1, 2, 4, 5, 6]);
  const record = results.records.find(({ id }) => id === "omoe/p=0.90/004");
  const failed = results.records.find(({ status }) => status === "failed");
  const loss = finalLosses(record as RunRecord, "heldout")?.mean as number;
  expect(omoe?.final.heldout[3]).toBe(Number(loss.toFixed(4)));
  expect(omoe?.failed).toEqual([{ run: 3, reason: failed?.reason }]);
  expect(cells.reduce((sum, { runs, failed }) => sum + runs.length + failed.length, 0)).toBe(results.records.length);
});

test("listedCells(results) has cells in which every run failed, and grid points; runsSection(results) says that it lists the first of many", () => {
  const cells = listedCells(sweepResults({ failing: (id) => id.startsWith("mmoe/p=0.50") }));
  expect(cells.at(-1)).toMatchObject({ label: "MMoE", correlation: 0.5, runs: [], failed: { length: 7 } });
  const results = sweepResults({ set: ["lr=[0.01, 0.02]", "runs=2", "models=[omoe]", "correlations=[1]"] });
  expect(listedCells(results).map(({ point }) => point)).toEqual(["lr=0.01", "lr=0.02"]);
  const few = runsSection(sweepResults()).markup;
  expect(few).toContain("The file runs.csv");
  expect(few).not.toContain("has the first");
  const many = sweepResults({ set: ["runs=1003", "steps=200", "models=[omoe]", "correlations=[0.9]"] });
  expect(runsSection(many).markup).toContain("The table has the first 1,000 of a cell, 1,000 of 1,003 in all");
});

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Loss at a step, of cells with so many runs: that of a cell's run, all by their place, as the page's script has it. */
function unpacked(
  { losses, low, high, steps }: SingleRuns,
  counts: readonly number[],
  set: LossSet,
  at: readonly number[],
): number {
  const [cell = 0, run = 0, step = 0] = at;
  const before = counts.slice(0, cell).reduce((sum, runs) => sum + runs, 0);
  const numbers = losses[set].match(/[g-z0-9+/]*[A-Za-f]/g) ?? [];
  const start = (before + run) * steps.length;
  const part = numbers
    .slice(start, start + step + 1)
    .map((text) => [...text].reduce((sum, digit, i) => sum + (DIGITS.indexOf(digit) & 31) * 32 ** i, 0))
    .reduce((sum, value) => sum + (value % 2 === 0 ? value / 2 : -(value - 1) / 2), 0);
  return low * (high / low) ** (part / 511);
}

test("singleRuns(results) packs every run's losses to a part of their range", () => {
  const results = sweepResults({ missing: (id) => id === "omoe/p=0.50/002" });
  const packed = singleRuns(results) as SingleRuns;
  const listed = listedCells(results);
  expect(listed[3]).toMatchObject({ model: "omoe", correlation: 0.5, runs: [0, 1, 3, 4, 5, 6] });
  const counts = listed.map(({ runs }) => runs.length);
  const record = results.records.find(({ id }) => id === "omoe/p=0.50/004") as RunRecord;
  for (const set of LOSS_SETS) {
    const loss = lossCurve(record, set)[11];
    const part = (packed.high / packed.low) ** (1 / 511);
    expect(Math.abs(Math.log(unpacked(packed, counts, set, [3, 3, 11]) / loss))).toBeLessThan(0.51 * Math.log(part));
  }
});

test("singleRuns(results) thins long curves and carries the first runs of a cell that has many; runPicker is nothing without any", () => {
  const { steps } = singleRuns(sweepResults({ set: ["steps=2500", "evalEvery=10", "runs=2"] })) as SingleRuns;
  expect(steps.length).toBeLessThanOrEqual(40);
  expect(steps.at(-1)).toBe(2500);
  const results = sweepResults({ set: ["runs=3100", "steps=10000", "models=[omoe]", "correlations=[0.9]"] });
  const packed = singleRuns(results) as SingleRuns;
  expect(packed.most).toBe(1000);
  expect(listedCells(results).map(({ runs }) => runs.length)).toEqual([1000]);
  expect(LOSS_SETS.reduce((sum, set) => sum + packed.losses[set].length, 0)).toBeLessThan(0.6e6);
  expect(runPicker(results).markup).toContain("This page has the first 1,000 of the 3,100 runs of a cell");
  expect(runPicker(sweepResults({ failing: () => true })).markup).toBe("");
});
