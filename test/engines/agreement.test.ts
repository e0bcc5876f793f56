// The engines share neither code for the forward pass nor for gradients: where they agree, both are right.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TASKS } from "../../src/data/settings.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/engine.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { MODEL_NAMES, ZOO } from "../../src/models/zoo.ts";
import { expectClose } from "../support/close.ts";
import { makeRun } from "../support/runs.ts";
import { anySpec } from "./cpu/specs.ts";

let cpu: Engine;
let tfjs: Engine;
beforeAll(async () => {
  cpu = new CpuEngine({ jobs: 1 });
  tfjs = await createTfjsEngine({ backend: "wasm" });
});
afterAll(() => cpu.dispose());

async function resultOf(engine: Engine, run: Run): Promise<RunResult> {
  const results: RunResult[] = [];
  await engine.train([run], { onResult: (result) => results.push(result), keepParameters: true });
  return results[0] as RunResult;
}

test.each(MODEL_NAMES)("cpu and tfjs train %s to the same parameters and losses", async (name) => {
  const model = ZOO[name].build({ inputs: 100, tasks: 2 });
  const run = makeRun({ model }, { optimizer: "sgd", lr: 0.05, steps: 30, evalEvery: 12 });
  const [a, b] = [await resultOf(cpu, run), await resultOf(tfjs, run)];
  expectClose(a.parameters as Float32Array, b.parameters as Float32Array, 1e-5);
  expect(a.curve.steps).toEqual(b.curve.steps);
  expectClose(a.curve.train.flat(), b.curve.train.flat(), 1e-5);
  expectClose(a.curve.heldout.flat(), b.curve.heldout.flat(), 1e-5);
  expectClose(a.trainingSetLoss as number[], b.trainingSetLoss as number[], 1e-5);
  expect(a.labelCorrelation).toBeCloseTo(b.labelCorrelation, 7);
});

/** A dead unit's bias stays 0 in tfjs and moves by lr 1e-8 a step in the cpu engine: a tensor of such has no scale. */
const DEAD = 1e-4;

/** The greatest difference of a tensor's weights, in units of its largest weight, over all tensors of a model. */
function apart(model: ModelSpec, a: Float32Array, b: Float32Array): number {
  return Math.max(
    ...parameterBlocks(model).map(({ offset, size }) => {
      const [ours, theirs] = [a, b].map((values) => values.subarray(offset, offset + size)) as [
        Float32Array,
        Float32Array,
      ];
      const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), DEAD);
      return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - (ours[i] as number)) / largest), 0);
    }),
  );
}

/** Losses of every one of 50 steps of Adam within 1e-4 relative, weights after 20 within 1e-4 of each tensor's largest. */
async function expectAgreement(run: Run): Promise<void> {
  const train = (engine: Engine, steps: number, evalEvery: number) =>
    resultOf(engine, { ...run, training: { ...run.training, steps, evalEvery } });
  const [ours, theirs] = [(await train(cpu, 50, 1)).curve.train.flat(), (await train(tfjs, 50, 1)).curve.train.flat()];
  expect(ours).toHaveLength(100);
  for (const [i, loss] of theirs.entries()) expect(Math.abs((ours[i] as number) / loss - 1)).toBeLessThan(1e-4);
  const [a, b] = [await train(cpu, 20, 20), await train(tfjs, 20, 20)];
  expect(apart(run.model, a.parameters as Float32Array, b.parameters as Float32Array)).toBeLessThan(1e-4);
}

describe("by Adam cpu and tfjs agree, step by step, on", () => {
  test.each(MODEL_NAMES)("%s", async (name) => {
    const model = ZOO[name].build({ inputs: 100, tasks: TASKS });
    await expectAgreement(makeRun({ model }, { batch: 64, trainRows: "fresh", heldoutRows: 8, lr: 0.001 }));
  });

  test("any model of the family", async () => {
    const seed = fc.nat({ max: 1e6 });
    const spec = anySpec.map((any) => ({ ...any, tasks: TASKS, inputs: any.inputs + 1 })); // two directions need two
    await fc.assert(
      fc.asyncProperty(spec, seed, async (model, index) => {
        const data = { ...GENERATOR_PRESETS.paper.settings, inputs: model.inputs };
        await expectAgreement(
          makeRun({ model, data, index }, { batch: 23, trainRows: "fresh", heldoutRows: 5, lr: 0.001 }),
        );
      }),
      { numRuns: 15, seed: 1 },
    );
  });
});

test("cpu and tfjs fail a run for the same reason at the same step", async () => {
  const run = makeRun({}, { optimizer: "sgd", lr: 3, steps: 40, evalEvery: 40 });
  const [a, b] = [await resultOf(cpu, run), await resultOf(tfjs, run)];
  expect(a.failure).toMatch(/ at step \d+$/);
  expect(a.failure?.replace(/is \S+/, "")).toBe(b.failure?.replace(/is \S+/, ""));
});
