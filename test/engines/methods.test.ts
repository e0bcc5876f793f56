// Each method on both engines, which share no code for it. test/python/methods.test.ts has PyTorch's modules beside the cpu engine, and
// test/python/torchjd.test.ts the aggregators of other authors.
import { afterAll, describe, expect, test } from "vitest";
import type { Rows } from "../../src/data/task-set.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { hasConstant, METHODS, type MethodChoice, type MethodName } from "../../src/engines/methods.ts";
import { loadTf } from "../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { resultOf } from "../support/agreement.ts";
import { expectClose } from "../support/close.ts";
import { range, taskGradients } from "../support/reference.ts";
import { fedBatch } from "../support/runs.ts";
import { gappyRun } from "./tfjs/model/gappy-run.ts";
import { dot, gramOf, length, mixOf, solved } from "./tfjs/model/vectors.ts";
import { PAIR_DROPOUT, PAIR_MMOE, PAIR_SELECTING, resultsOf, tinyRun } from "./tfjs/runs.ts";

const WEIGHING = METHODS.filter((name) => name !== "sum");

const tf = await loadTf("wasm");
const tfjs = await createTfjsEngine({ backend: "wasm", groupSize: 3 });
const cpu = new CpuEngine({ jobs: 1 });
afterAll(() => cpu.dispose());

/** How many tasks rows have labels of. */
const presentIn = ({ y }: Rows, K: number) =>
  range(K).filter((k) => y.some((label, i) => i % K === k && !Number.isNaN(label))).length;

/** A method whose windows are shorter than the run. */
const byMethod = (method: MethodName) =>
  hasConstant(method, "window") ? { method, constants: { window: 1 } } : { method };

const BY_HAND = { optimizer: "sgd", lr: 0.2, steps: 4, evalEvery: 4, batch: 5, trainRows: "fresh" } as const;
/** Experts that all tasks see, and one of each task's own. */
const PAIR: ModelSpec = {
  ...PAIR_MMOE,
  name: "pair",
  experts: { shared: 2, perTask: 1, layers: [3] },
  tower: { layers: [] },
};
const THREE: ModelSpec = { ...PAIR, name: "three", tasks: 3 };

const TEN: ModelSpec = {
  ...PAIR,
  name: "ten",
  inputs: 12,
  tasks: 10,
  experts: { shared: 2, perTask: 0, layers: [2] },
};
/** Of ten tasks CAGrad's minimum is flat, and Aligned-MTL inverts a matrix that is all but singular. */
const models = (method: MethodName) =>
  method === "cagrad" || method === "aligned-mtl" ? [PAIR, THREE] : [PAIR, THREE, TEN];

test("tasks' weights decay after each step: by sgd on cpu and tfjs as in a plain program", async () => {
  const taskKinds = [2, 3].map(
    (weight, k) => ({ kind: "regression", weight, ...(k === 0 && { decay: 0.25 }) }) as const,
  );
  const run = tinyRun({ model: PAIR }, { ...BY_HAND, taskKinds });
  let weights = [...initialParameters(run)];
  for (const step of range(run.training.steps)) {
    const [first, second] = taskGradients(PAIR, weights, fedBatch(run, step + 1));
    weights = weights.map((w, p) => w - BY_HAND.lr * (2 * 0.25 ** step * first[p] + 3 * second[p]));
  }
  for (const engine of [cpu, tfjs]) {
    const { parameters = [] } = await resultOf(engine, run);
    expectClose(parameters, weights, 1e-5);
  }
});

describe("of three tasks of 12 runs, a step on the kernels", () => {
  /** What shared parameters lose by sgd at rate 1, [P], the tasks' gradients g of them, [K][P], and g_k · step, [K]. */
  function stepOf({ run, parameters }: RunResult) {
    const after = parameters as Float32Array;
    const before = initialParameters(run as Run);
    const all = taskGradients(THREE, before, fedBatch(run, 1));
    const shared = range(before.length).filter((p) => all.filter((gradient) => gradient[p] !== 0).length > 1);
    const step = shared.map((p) => before[p] - after[p]);
    const gradients = all.map((gradient) => shared.map((p) => gradient[p]));
    return { step, gradients, products: gradients.map((gradient) => dot(gradient, step)) };
  }

  async function stepsBy(choice: MethodChoice) {
    const training = { ...BY_HAND, ...choice, lr: 1, steps: 1, evalEvery: 1 };
    const correlations = [0.95, 0.3, -0.45];
    const runs = range(12).map((index) =>
      tinyRun({ model: THREE, correlation: correlations[index % 3], index }, training),
    );
    const steps = [];
    for (const run of runs) steps.push(stepOf(await resultOf(cpu, run)));
    return steps;
  }

  test.each([
    ["nash-mtl", {}, 1, 1e-6],
    ["fairgrad", { alpha: 2 }, 2, 2e-5],
  ] as const)("by %s with %o is the sum of g_k (g_k · step)^-%i", async (method, constants, power, near) => {
    for (const { step, gradients, products } of await stepsBy({ method, constants })) {
      const weights = products.map((product) => product ** -power);
      expectClose(step, mixOf(weights, gradients), near);
    }
  });

  /** Beside a part of the mean gradient: how long the rest is, in lengths of the mean. */
  const RESTS = [
    ["mgda", 0, undefined],
    ["cagrad", 1, 0.5],
  ] as const;

  test.each(RESTS)(
    "by %s is %i mean gradient and a mix, none negative, of those g_k that have the least g_k · step",
    async (method, means, size) => {
      for (const { step, gradients, products } of await stepsBy({ method })) {
        const mean = mixOf([1 / 3, 1 / 3, 1 / 3], gradients);
        const rest = step.map((value, p) => value - means * mean[p]);
        const parts = solved(
          gramOf(gradients),
          gradients.map((gradient) => dot(gradient, rest)),
        );
        const total = parts.reduce((sum, part) => sum + part, 0);
        if (size === undefined) expect(total).toBeCloseTo(1, 6);
        else expect(length(rest) / length(mean)).toBeCloseTo(size, 6);
        for (const [k, part] of parts.entries()) {
          expect(part / total).toBeGreaterThan(-2e-6);
          expect(((products[k] - Math.min(...products)) * part) / total).toBeLessThan(2e-6 * dot(step, step));
        }
      }
    },
  );
});

describe.each(WEIGHING)("method %s", (method) => {
  const weightsOf = async (engine: Engine, run: Run) => (await resultOf(engine, run)).parameters as Float32Array;

  test.each(models(method))(
    "trains a model of $tasks tasks on cpu and tfjs alike, and otherwise than the sum",
    async (model) => {
      const correlation = model.tasks > 3 ? -0.1 : -0.4;
      const few = model.tasks > 3 && method !== "dwa" ? { steps: 2, evalEvery: 2 } : {};
      const run = tinyRun({ model, correlation }, { ...BY_HAND, ...few, ...byMethod(method) });
      const ours = await weightsOf(cpu, run);
      expectClose(await weightsOf(tfjs, run), ours, 1e-4);
      const sum = await weightsOf(cpu, { ...run, training: { ...run.training, method: "sum" } });
      expect(Math.max(...sum.map((value, p) => Math.abs(value - ours[p])))).toBeGreaterThan(1e-3);
    },
  );

  test.each([PAIR, THREE])("trains $tasks tasks alike where batches lack labels of some or of all", async (model) => {
    const run = gappyRun(model, { optimizer: "sgd", momentum: 0.5, nesterov: true, ...byMethod(method) });
    const counts = new Set(range(run.training.steps).map((i) => presentIn(fedBatch(run, i + 1), model.tasks)));
    expect(counts.has(0) && counts.has(model.tasks) && counts.size > 2).toBe(true); // no label, some, labels of all tasks
    expectClose(await weightsOf(tfjs, run), await weightsOf(cpu, run), 1e-4);
  });

  const runs = [PAIR_DROPOUT, PAIR_SELECTING].flatMap((model) =>
    range(2).map((index) => tinyRun({ model, index }, { ...byMethod(method), steps: 3 })),
  );
  const numbers = ({ elapsedMs, ...rest }: RunResult) => rest;

  test("on tfjs gives each run the bits that it has alone, and leaves no tensor behind", async () => {
    const before = tf.memory().numTensors;
    const together = await resultsOf(tfjs, runs);
    const alone = await resultsOf(await createTfjsEngine({ backend: "wasm", groupSize: 1 }), runs);
    expect(together.map(({ failure }) => failure)).toEqual(runs.map(() => undefined));
    expect(together.map(numbers)).toEqual(alone.map(numbers));
    expect(tf.memory().numTensors).toBe(before);
  });
});
