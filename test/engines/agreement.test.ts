// The engines share neither code for the forward pass nor for gradients: where they agree, both are right.
import { afterAll, beforeAll, expect, test } from "vitest";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/engine.ts";
import { MODEL_NAMES, ZOO } from "../../src/models/zoo.ts";
import { expectClose } from "../support/close.ts";
import { makeRun } from "../support/runs.ts";

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

test("cpu and tfjs train by Adam to the same losses", async () => {
  const run = makeRun({}, { steps: 60 });
  const [a, b] = [await resultOf(cpu, run), await resultOf(tfjs, run)];
  expectClose(a.curve.train.flat(), b.curve.train.flat(), 1e-4);
  expectClose(a.curve.heldout.flat(), b.curve.heldout.flat(), 1e-4);
});

test("cpu and tfjs fail a run for the same reason at the same step", async () => {
  const run = makeRun({}, { optimizer: "sgd", lr: 3, steps: 40, evalEvery: 40 });
  const [a, b] = [await resultOf(cpu, run), await resultOf(tfjs, run)];
  expect(a.failure).toMatch(/ at step \d+$/);
  expect(a.failure?.replace(/is \S+/, "")).toBe(b.failure?.replace(/is \S+/, ""));
});
