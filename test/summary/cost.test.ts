import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/records/record.ts";
import { costCsv, modelCosts } from "../../src/summary/cost.ts";
import { csvRows } from "../support/csv.ts";
import { madeResults } from "../support/made-results.ts";

const SET = ["models=[omoe, mmoe]", "correlations=[0.5, 1]", "runs=7", "steps=200", "batch=50"];
const { config, records } = madeResults(
  ({ model, index }) => (model.name === "omoe" && index === 6 ? "failed" : 0.1),
  SET,
);
const timed = (elapsedMs: (record: RunRecord) => number) => {
  return modelCosts(
    config,
    records.map((record) => ({ ...record, elapsedMs: elapsedMs(record) })),
  );
};

describe("modelCosts(config, records)", () => {
  const costs = timed(({ model, run }) => (model === "mmoe" ? 20 : 10) + run);

  test("divides a run's time by its steps and by its training rows, the median over runs that are done", () => {
    expect(costs.map(({ model, runs, done }) => `${model} ${runs} ${done}`)).toEqual(["omoe 14 12", "mmoe 14 14"]);
    expect(costs[1]?.stepMs).toBeCloseTo(23 / 200, 12);
    expect(costs[1]?.rowUs.value).toBeCloseTo(23_000 / (200 * 50), 12);
    expect(costs[0]?.rowUs.value).toBeCloseTo(12_500 / (200 * 50), 12);
    expect(costs[1]?.rowUs.low).toBeLessThan(2.3);
    expect(costs[1]?.totalMs).toBe(2 * (7 * 20 + 21));
    const turned = records.map((record) => ({ ...record, elapsedMs: (5 * record.run) % 7 }));
    const [quick] = modelCosts(config, turned, { intervals: false });
    const value = modelCosts(config, turned)[0]?.rowUs.value;
    expect(quick?.rowUs).toEqual({ value, low: Number.NaN, high: Number.NaN });
    expect(quick?.stepMs).toBeCloseTo(3.5 / 200, 12); // of 0, 5, 3, 1, 6 and 4
  });

  test("has the size and the FLOP of each model, and marks times that models share, run by run", () => {
    expect(costs.map(({ parameters, flopPerRow }) => `${parameters} ${flopPerRow}`)).toEqual([
      "14018 56032",
      "14818 59232",
    ]);
    const shared = (some: typeof costs) => some.map(({ isShared }) => isShared);
    expect(shared(costs)).toEqual([false, false]);
    expect(shared(timed(({ run, correlation }) => 10 * run + (correlation ?? 0) + 1))).toEqual([true, true]);
    const half = ({ correlation, model }: RunRecord) => (correlation === 0.5 || model === "mmoe" ? 20 : 10);
    expect(shared(timed(half))).toEqual([false, false]);
    expect(shared(timed(({ run, model }) => (run === 0 || model === "mmoe" ? 20 : 10)))).toEqual([false, false]);
  });

  test("has a row for each as CSV", () => {
    const rows = csvRows(costCsv(costs));
    expect(rows[1]).toMatchObject({
      model: "mmoe",
      batch: "",
      on: "fake (none)",
      flopPerRow: "59232",
      sharedTime: "no",
    });
    expect(Number(rows[1]?.rowUs)).toBeCloseTo(2.3, 12);
  });
});
