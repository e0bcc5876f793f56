import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../src/data/correlation-matrix.ts";
import { flopPerRow } from "../../src/models/flop.ts";
import { parameterCount } from "../../src/models/parameters.ts";
import { modelWork } from "../../src/models/work.ts";
import { ZOO } from "../../src/models/zoo.ts";
import { workOf } from "../../src/sweep/work.ts";
import { makeRun } from "../support/runs.ts";

const model = (name: keyof typeof ZOO) => ZOO[name].build({ inputs: 100, tasks: 2 });
const FRESH = { steps: 10, batch: 8, evalEvery: 5, heldoutRows: 30, trainRows: "fresh" } as const;

describe("workOf(bundle)", () => {
  test("counts steps, values of the optimizer, rows of training, and those evaluated", () => {
    const run = makeRun({}, FRESH);
    const work = workOf([run]);
    expect(work).toMatchObject({ runs: 1, steps: 10, values: 10 * 3 * parameterCount(run.model), gathered: 0 });
    expect(work.flop).toBe(10 * 8 * flopPerRow(run.model));
    expect(work.evaluated).toBe(2 * 30 * modelWork(run.model).weights);
    expect(work.drawn).toBe((30 + 80) * 100);
    expect(work.labelled).toBe(2 * work.drawn);
  });

  test("draws rows once for all runs of a bundle, and labels once for each correlation", () => {
    const cells = [0.5, 1].map((p) => correlationMatrix(2, p));
    const bundle = cells.flatMap((correlationMatrix) =>
      (["omoe", "mmoe"] as const).map((name) => makeRun({ model: model(name), correlationMatrix }, FRESH)),
    );
    const [alone, together] = [workOf(bundle.slice(0, 1)), workOf(bundle)];
    expect([together.steps, together.drawn, together.labelled]).toEqual([40, alone.drawn, 2 * alone.labelled]);
  });

  test("gathers the rows of a fixed set, which are drawn once; sgd keeps one value a parameter", () => {
    const run = makeRun({}, { ...FRESH, trainRows: 500, optimizer: "sgd" });
    const work = workOf([run]);
    expect([work.drawn, work.gathered]).toEqual([(30 + 500) * 100, (80 + 500) * 100]);
    expect(work.values).toBe(10 * parameterCount(run.model));
  });
});
