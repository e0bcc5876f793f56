import { expect, test } from "vitest";
import { finalLosses, type RunRecord } from "../../src/records/record.ts";
import { listedCells, runsSection } from "../../src/report/runs-section.ts";
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

test("listedCells(results) has cells in which every run failed", () => {
  const cells = listedCells(sweepResults({ failing: (id) => id.startsWith("mmoe/p=0.50") }));
  expect(cells.at(-1)).toMatchObject({ label: "MMoE", correlation: 0.5, runs: [], failed: { length: 7 } });
});

test("listedCells(results) names the grid point of a cell", () => {
  const results = sweepResults({ set: ["lr=[0.01, 0.02]", "runs=2", "models=[omoe]", "correlations=[1]"] });
  expect(listedCells(results).map(({ point }) => point)).toEqual(["lr=0.01", "lr=0.02"]);
});

test("runsSection(results) says where all runs are, and that it lists the first of many", () => {
  const few = runsSection(sweepResults()).markup;
  expect(few).toContain("The file runs.csv");
  expect(few).not.toContain("has the first");
  const many = sweepResults({ set: ["runs=1003", "steps=200", "models=[omoe]", "correlations=[0.9]"] });
  expect(runsSection(many).markup).toContain("The table has the first 1,000 of a cell, 1,000 of 1,003 in all");
});
