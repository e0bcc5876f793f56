import { describe, expect, test } from "vitest";
import { flopPerRow, parameterCount } from "../../src/models/parameters.ts";
import { modelWork, workOf } from "../../src/sweep/work.ts";
import { makeRun } from "../support/runs.ts";

const FRESH = { steps: 10, batch: 8, evalEvery: 5, heldoutRows: 30, trainRows: "fresh" } as const;

describe("workOf(run)", () => {
  test("counts steps, values of the optimizer, rows of training, and those evaluated", () => {
    const run = makeRun({}, FRESH);
    const work = workOf(run);
    expect(work).toMatchObject({ runs: 1, steps: 10, values: 10 * 3 * parameterCount(run.model), gathered: 0 });
    expect(work.flop).toBe(10 * 8 * flopPerRow(run.model));
    expect(work.evaluated).toBe(2 * 30 * modelWork(run.model).weights);
    expect(work.drawn).toBe((30 + 80) * 100);
    expect(work.labelled).toBe(2 * work.drawn);
  });

  test("gathers the rows of a fixed set, which are drawn once; sgd keeps one value a parameter", () => {
    const run = makeRun({}, { ...FRESH, trainRows: 500, optimizer: "sgd" });
    const work = workOf(run);
    expect([work.drawn, work.gathered]).toEqual([(30 + 500) * 100, (80 + 500) * 100]);
    expect(work.values).toBe(10 * parameterCount(run.model));
  });
});
