import { expect, test } from "vitest";
import { cellLosses } from "../../src/records/cell-losses.ts";
import { plannedRuns, plannedRunsCsv } from "../../src/summary/planned-runs.ts";
import { csvRows } from "../support/csv.ts";
import { madeResults } from "../support/made-results.ts";

/** mmoe's loss is below shared-bottom's by .1, .3, .1, .3, .2: by a standard deviation of .1. */
const results = madeResults(
  ({ model, index }) => (model.name === "mmoe" ? 1 - [0.1, 0.3, 0.1, 0.3, 0.2][index] : 1),
  ["models=[shared-bottom, mmoe]", "correlations=0.5", "runs=5"],
);

test("plannedRuns(cells, size) are those of a paired t test on the differences so far", () => {
  const [planned, ...others] = plannedRuns(cellLosses(results, "train"), 0.05);
  expect(others).toEqual([]);
  expect([planned.first.model, planned.second.model, planned.pairs]).toEqual(["shared-bottom", "mmoe", 5]);
  expect(planned.deviation).toBeCloseTo(0.1, 12);
  expect(planned.needed).toBe(34); // statsmodels' 33.37 for an effect of half a standard deviation, rounded up
  expect(csvRows(plannedRunsCsv([planned], 0.05))).toMatchObject([{ otherModel: "mmoe", size: "0.05", needed: "34" }]);
});

test("plannedRuns(cells, size) of a single pair are unknown", () => {
  const one = { ...results, records: results.records.filter(({ run }) => run === 0) };
  const planned = plannedRuns(cellLosses(one, "train"), 0.05);
  expect(planned.map(({ needed }) => needed)).toEqual([Number.NaN]);
  expect(csvRows(plannedRunsCsv(planned, 0.05))).toMatchObject([{ pairs: "1", deviation: "", needed: "" }]);
});
