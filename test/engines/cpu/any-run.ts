import fc from "fast-check";
import { correlationMatrix } from "../../../src/data/correlation-matrix.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import type { Run, RunResult } from "../../../src/engines/engine.ts";
import { makeRun } from "../../support/runs.ts";
import { anySpec } from "./specs.ts";

/** A short run of any model of the family: batches of up to `most` rows, both optimizers, both samplings. */
export function anyRun(most: number): fc.Arbitrary<Run> {
  const shape = fc.record({
    spec: anySpec,
    wide: fc.constantFrom(0, 0, 20, 61, 230),
    batch: fc.integer({ min: 1, max: most }),
    trainRows: fc.oneof(fc.constant("fresh" as const), fc.integer({ min: 70, max: 300 })),
    optimizer: fc.constantFrom("adam" as const, "sgd" as const),
    sampling: fc.constantFrom("epochs" as const, "replacement" as const),
    heldoutRows: fc.integer({ min: 1, max: 90 }),
    huberDelta: fc.constantFrom(null, null, 0.3, 1),
    rawLabels: fc.boolean(),
    index: fc.nat({ max: 1e6 }),
  });
  return shape.map(({ spec, wide, index, rawLabels, ...training }) => {
    const model = { ...spec, inputs: spec.inputs + spec.tasks + wide };
    const data = { ...GENERATOR_PRESETS.paper.settings, inputs: model.inputs, rawLabels };
    const matrix = { correlationMatrix: correlationMatrix(model.tasks, 0.5) };
    return makeRun({ model, data, index, ...matrix }, { ...training, steps: 7, evalEvery: 3, lr: 0.003 });
  });
}

/** All that a run records but its time and device, and its parameters bit for bit. */
export function outcome({ curve, failure, trainingSetLoss, labelCorrelations, parameters }: RunResult) {
  return {
    curve,
    failure,
    trainingSetLoss,
    labelCorrelations,
    bits: new Uint32Array(parameters?.buffer as ArrayBuffer),
  };
}
