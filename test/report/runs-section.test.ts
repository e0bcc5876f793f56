import { expect, test } from "vitest";
import { LOSS_SETS } from "../../src/config/losses.ts";
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

test("singleRuns(results) has the losses of each run that is done, to three digits", () => {
  const results = sweepResults({ missing: (id) => id === "omoe/p=0.50/002" });
  expect(listedCells(results)[3]).toMatchObject({ model: "omoe", correlation: 0.5, runs: [0, 1, 3, 4, 5, 6] });
  const record = results.records.find(({ id }) => id === "omoe/p=0.50/004") as RunRecord;
  const { steps, losses } = singleRuns(results) as SingleRuns;
  for (const set of LOSS_SETS) {
    const loss = lossCurve(record, set)[record.curve.steps.indexOf(steps[11])];
    expect(losses[set][3][3][11]).toBe(Number(loss.toPrecision(3)));
  }
});

test("singleRuns(results) has no losses after the last step of a run that stopped early", () => {
  const results = sweepResults({ set: ["runs=2"] });
  const records = results.records.map((record) => {
    const { curve } = record;
    const short = { ...curve, steps: curve.steps.slice(0, 2), train: curve.train.slice(0, 4) };
    return record.id === "shared-bottom/p=0.50/001" ? { ...record, curve: short } : record;
  });
  const { losses } = singleRuns({ ...results, records }) as SingleRuns;
  expect(losses.train[0][1].indexOf(null)).toBe(2);
});

test("singleRuns(results) thins long curves and carries the first runs of a cell that has many; runPicker is nothing without any", () => {
  const { steps } = singleRuns(sweepResults({ set: ["steps=2500", "evalEvery=10", "runs=2"] })) as SingleRuns;
  expect(steps.length).toBeLessThanOrEqual(40);
  expect(steps.at(-1)).toBe(2500);
  const results = sweepResults({ set: ["runs=3100", "steps=10000", "models=[omoe]", "correlations=[0.9]"] });
  const { most, losses } = singleRuns(results) as SingleRuns;
  expect(most).toBe(1000);
  expect(listedCells(results).map(({ runs }) => runs.length)).toEqual([1000]);
  expect(losses.train.map((runs) => runs.length)).toEqual([1000]);
  expect(runPicker(results).markup).toContain("This page has the first 1,000 of the 3,100 runs of a cell");
  expect(runPicker(sweepResults({ failing: () => true })).markup).toBe("");
});
