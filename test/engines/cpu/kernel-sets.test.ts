// One run is one set of numbers, with every kernel set of this machine.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KernelSet, layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { trainBundle } from "../../../src/engines/cpu/train-bundle.ts";
import type { Run } from "../../../src/engines/engine.ts";
import { MODEL_NAMES, ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";
import { anyRun, outcome } from "./any-run.ts";
import { INSTANCES, wasm } from "./lone-run.ts";

const NATIVE = INSTANCES.map(({ set }) => set).filter((set) => set !== "wasm");
const WATCH = { keepParameters: true, isStopped: () => false, onStep: () => {} };

/** Outcomes of runs that train together. */
function trained(set: KernelSet, runs: readonly Run[]) {
  const instance = INSTANCES.find((one) => one.set === set) ?? wasm;
  return trainBundle(instance, runs, WATCH)?.map(outcome);
}

describe.runIf(NATIVE.length > 0).each(NATIVE)("%s has the bits of wasm", (set) => {
  test.each([
    [64, "fresh"],
    [256, 700],
    [13, 90],
    [1, "fresh"],
    [3, 40],
  ] as const)("for 200 steps of the zoo with batches of %i, %s rows", (batch, trainRows) => {
    const runs = MODEL_NAMES.map((name) => {
      const model = ZOO[name].build({ inputs: 100, tasks: 2 });
      return makeRun({ model, index: 3 }, { trainRows, batch, steps: 200, evalEvery: 70, heldoutRows: 300 });
    });
    expect(trained(set, runs)).toEqual(trained("wasm", runs));
  });

  test("for any model of the family, any batch from 1 to 70, both optimizers, both samplings", () => {
    fc.assert(
      fc.property(anyRun(70), (run) => {
        expect(trained(set, [run])).toEqual(trained("wasm", [run]));
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  test("in a run that diverges, to the same step and loss", () => {
    const runs = [1, 30].map((batch) => makeRun({}, { batch, lr: 1e9, optimizer: "sgd", steps: 9 }));
    for (const run of runs) {
      const [outcome] = trained(set, [run]) ?? [];
      expect(outcome?.failure).toMatch(/at step \d/);
      expect(outcome).toEqual(trained("wasm", [run])?.[0]);
    }
  });

  test("with rows as lanes and with units as lanes", () => {
    const layouts = [1, 3, 64].map((batch) => layoutOf(set, batch).panelRows);
    expect(new Set(layouts)).toEqual(new Set([1, layoutOf(set, 64).lanes]));
  });
});
