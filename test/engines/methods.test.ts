import { afterAll, describe, expect, test } from "vitest";
import type { Rows } from "../../src/data/task-set.ts";
import { CpuEngine } from "../../src/engines/cpu/cpu-engine.ts";
import { type Engine, modelKey, type Run, type RunResult } from "../../src/engines/engine.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { METHODS, type MethodName } from "../../src/engines/methods.ts";
import { loadTf } from "../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { wordsInto } from "../../src/random/philox.ts";
import { resultOf } from "../support/agreement.ts";
import { expectClose } from "../support/close.ts";
import { range, taskGradients, taskLosses } from "../support/reference.ts";
import { batchAt, fedBatch } from "../support/runs.ts";
import { gappyRun } from "./tfjs/methods/gappy-run.ts";
import { referenceOf } from "./tfjs/methods/references.ts";
import { PAIR_DROPOUT, PAIR_MMOE, PAIR_SELECTING, resultsOf, tinyRun } from "./tfjs/runs.ts";

type Weighing = Exclude<MethodName, "sum">;
const WEIGHING = METHODS.filter((name): name is Weighing => name !== "sum");

const tf = await loadTf("wasm");
const tfjs = await createTfjsEngine({ backend: "wasm", groupSize: 3 });
const engines: readonly Engine[] = [tfjs, new CpuEngine({ jobs: 1 })];
afterAll(() => engines[1]?.dispose());

/** Each task's others by the words of the run's own stream at a step. */
function ordersAt(run: Run, step: number): number[][] {
  const K = run.model.tasks;
  const words = new Uint32Array(K * K);
  wordsInto(words, modelKey(run, "method/order"), 0, step);
  const wordOf = (i: number, j: number) => words[i * K + j];
  return range(K).map((i) =>
    range(K)
      .filter((j) => j !== i)
      .sort((a, b) => wordOf(i, a) - wordOf(i, b)),
  );
}

/** The tasks that rows have labels of. */
function presentIn({ y }: Rows, K: number): number[] {
  return range(K).filter((k) => y.some((label, i) => i % K === k && !Number.isNaN(label)));
}

/** The run by plain gradient descent in float64 on rows of each step: final parameters. */
function descend(run: Run, name: Weighing, rowsAt: (step: number) => Rows): Float64Array {
  const { model, training } = run;
  const parameters = Float64Array.from(initialParameters(run));
  // the two experts that all tasks see; each task has an expert, a gate and an output of its own
  const isShared = parameterBlocks(model).flatMap(({ network, size }) =>
    new Array<number>(size).fill(Number(network === "experts/0" || network === "experts/1")),
  );
  const K = model.tasks;
  const method = referenceOf(name, { K, lr: training.lr, ordersAt: (step) => ordersAt(run, step) });
  for (let step = 1; step <= training.steps; step++) {
    const rows = rowsAt(step);
    const present = presentIn(rows, K);
    const losses = taskLosses(model, parameters, rows);
    const slopes = taskGradients(model, parameters, rows);
    const { shared, own } = method.weights(
      slopes.map((row) => row.filter((_, p) => isShared[p] === 1)),
      losses,
      step,
      present,
    );
    for (const p of parameters.keys()) {
      const weights = isShared[p] === 1 ? shared : own;
      const slope = slopes.reduce((sum, row, k) => sum + weights[k] * row[p], 0);
      parameters[p] -= training.lr * slope;
    }
    method.learn?.(losses, taskLosses(model, parameters, rows), step, present);
  }
  return parameters;
}

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
/** Of ten tasks CAGrad's reference takes forever, and Aligned-MTL's inverts a matrix that is all but singular. */
const models = (method: Weighing) =>
  method === "cagrad" || method === "aligned-mtl" ? [PAIR, THREE] : [PAIR, THREE, TEN];

describe.each(WEIGHING)("method %s", (method) => {
  test.each(models(method))("trains a model of $tasks tasks as gradient descent in float64 does", async (model) => {
    const correlation = model.tasks > 3 ? -0.1 : -0.4;
    const few = model.tasks > 3 ? { steps: 2, evalEvery: 2 } : {};
    const run = tinyRun({ model, correlation }, { ...BY_HAND, ...few, method });
    const expected = descend(run, method, (step) => batchAt(run, step));
    const bySum = { ...run, training: { ...run.training, method: "sum" } } as const;
    for (const engine of engines) {
      const { parameters } = await resultOf(engine, run);
      expectClose(parameters as Float32Array, expected, 1e-4);
      const sum = await resultOf(engine, bySum);
      const moved = (sum.parameters as Float32Array).map((value, p) => value - (parameters?.[p] as number));
      expect(Math.max(...moved.map(Math.abs))).toBeGreaterThan(1e-3);
    }
  });

  test.each([PAIR, THREE])(
    "trains $tasks tasks that lack labels as if a batch had no others than it has",
    async (model) => {
      const run = gappyRun(model, { optimizer: "sgd", method });
      const batches = (step: number) => fedBatch(run, step);
      const counts = new Set(range(run.training.steps).map((i) => presentIn(batches(i + 1), model.tasks).length));
      expect(counts.has(0) && counts.has(model.tasks) && counts.size > 2).toBe(true); // no label, some, labels of all tasks
      const expected = descend(run, method, batches);
      for (const engine of engines) {
        const { parameters } = await resultOf(engine, run);
        expectClose(parameters as Float32Array, expected, 1e-4);
      }
    },
  );

  const runs = [PAIR_DROPOUT, PAIR_SELECTING].flatMap((model) =>
    range(2).map((index) => tinyRun({ model, index }, { method, steps: 3 })),
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
