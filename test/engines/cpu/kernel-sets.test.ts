// One run is one set of numbers, with every kernel set of this machine.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import { type KernelSet, layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import { trainBundle } from "../../../src/engines/cpu/train-bundle.ts";
import type { Run, RunResult } from "../../../src/engines/engine.ts";
import { MODEL_NAMES, ZOO } from "../../../src/models/zoo.ts";
import { makeRun } from "../../support/runs.ts";
import { INSTANCES, wasm } from "./lone-run.ts";
import { anySpec } from "./specs.ts";

const NATIVE = INSTANCES.map(({ set }) => set).filter((set) => set !== "wasm");
const WATCH = { keepParameters: true, isStopped: () => false, onStep: () => {} };

/** All that a run records but its time and device, and its parameters bit for bit. */
function outcome({ curve, failure, trainingSetLoss, labelCorrelations, parameters }: RunResult) {
  return {
    curve,
    failure,
    trainingSetLoss,
    labelCorrelations,
    bits: new Uint32Array(parameters?.buffer as ArrayBuffer),
  };
}

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
    const shape = fc.record({
      spec: anySpec,
      wide: fc.constantFrom(0, 0, 20, 61, 230),
      batch: fc.integer({ min: 1, max: 70 }),
      trainRows: fc.oneof(fc.constant("fresh" as const), fc.integer({ min: 70, max: 300 })),
      optimizer: fc.constantFrom("adam" as const, "sgd" as const),
      sampling: fc.constantFrom("epochs" as const, "replacement" as const),
      heldoutRows: fc.integer({ min: 1, max: 90 }),
      huberDelta: fc.constantFrom(null, null, 0.3, 1),
      rawLabels: fc.boolean(),
      index: fc.nat({ max: 1e6 }),
    });
    fc.assert(
      fc.property(shape, ({ spec, wide, index, rawLabels, ...training }) => {
        const model = { ...spec, inputs: spec.inputs + spec.tasks + wide };
        const data = { ...GENERATOR_PRESETS.paper.settings, inputs: model.inputs, rawLabels };
        const matrix = { correlationMatrix: correlationMatrix(model.tasks, 0.5) };
        const run = makeRun({ model, data, index, ...matrix }, { ...training, steps: 7, evalEvery: 3, lr: 0.003 });
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
