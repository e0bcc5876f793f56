import { expect, test } from "vitest";
import { partOf } from "../../src/cli/figures.ts";
import { sweepResults } from "../support/sweep-results.ts";

const results = sweepResults({
  set: ["runs=1", "correlations=[0,0.5]", 'models=[mmoe,{name: "10", like: omoe},{name: "1e1", like: mmoe}]'],
});

test("partOf(...) takes no number for zero", () => {
  expect(() => partOf(results, { corr: "0.5," })).toThrow("--corr: expected one of 0, 0.5, got ''");
});

test("partOf(...) knows a correlation by its number, and a model by its name", () => {
  expect(partOf(results, { corr: "-0.00" })?.without).toEqual({ models: [], correlations: [0.5] });
  expect(partOf(results, { models: "1e1" })?.without.models).toEqual(["mmoe", "10"]);
});
