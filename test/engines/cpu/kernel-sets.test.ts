// One run is one set of numbers, with every kernel set of this machine.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { makeRun } from "../../support/runs.ts";
import { anyRun, NATIVE, TRAININGS, trained, trainedByWasm, zooRuns } from "./same-bits.ts";

describe.runIf(NATIVE.length > 0).each(NATIVE)("%s has the bits of wasm", (set) => {
  test.each(TRAININGS)("for the zoo with batches of %i, %s rows, %i steps", (batch, trainRows, steps) => {
    const runs = zooRuns(batch, trainRows, steps);
    expect(trained(set, runs)).toEqual(trainedByWasm(runs));
  });

  test("for any model of the family, any batch from 1 to 70, both optimizers, both samplings", () => {
    fc.assert(
      fc.property(anyRun(70), (run) => {
        expect(trained(set, [run])).toEqual(trainedByWasm([run]));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("in a run that diverges, to the same step and loss", () => {
    const runs = [1, 30].map((batch) => makeRun({}, { batch, lr: 1e9, optimizer: "sgd", steps: 9 }));
    for (const run of runs) {
      const [outcome] = trained(set, [run]) ?? [];
      expect(outcome?.failure).toMatch(/at step \d/);
      expect(outcome).toEqual(trainedByWasm([run])?.[0]);
    }
  });

  test("with rows as lanes and with units as lanes", () => {
    const layouts = [1, 3, 64].map((batch) => layoutOf(set, batch).panelRows);
    expect(new Set(layouts)).toEqual(new Set([1, layoutOf(set, 64).lanes]));
  });
});
