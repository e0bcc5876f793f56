import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Engine, RunResult } from "../../src/engines/engine.ts";
import { METHODS } from "../../src/engines/methods.ts";
import { loadTf, type Tf } from "../../src/engines/tfjs/tf.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { gappyRun } from "../engines/tfjs/model/gappy-run.ts";
import { PAIR_MMOE, resultsOf, tinyRun } from "../engines/tfjs/runs.ts";
import { expectClose } from "../support/close.ts";

const THREE: ModelSpec = { ...PAIR_MMOE, name: "three", tasks: 3, experts: { shared: 2, perTask: 1, layers: [5] } };

let tf: Tf;
let graph: Engine;
let atOnce: Engine;
beforeAll(async () => {
  tf = await loadTf("tensorflow");
  graph = await createTfjsEngine({ backend: "tensorflow" });
  atOnce = await createTfjsEngine({ backend: "tensorflow", graph: false });
});
afterAll(() => Promise.all([graph.dispose(), atOnce.dispose()]));

const numbers = ({ curve, parameters }: RunResult) => [...curve.train.flat(), ...(parameters as Float32Array)];

describe.each(METHODS.filter((name) => name !== "sum"))("steps of %s in a graph", (method) => {
  const training = { method, steps: 9, evalEvery: 4 };
  const model = { ...THREE, dropout: 0.1 };
  const runs = [0.01, 0.003].map((lr) => tinyRun({ model }, { ...training, lr }));
  // Adam makes rounding of the weights large where gradients cancel.
  const tolerance = method === "mgda" || method === "cagrad" ? 3e-3 : 1e-5;

  test("are those taken one by one, of runs at several rates", async () => {
    const [ours, expected] = [await resultsOf(graph, runs), await resultsOf(atOnce, runs)];
    expect(ours).toHaveLength(runs.length);
    for (const [i, result] of ours.entries()) {
      expect(result.failure).toBeUndefined();
      expectClose(numbers(result), numbers(expected[i]), tolerance);
    }
  });

  test("are so by gradient descent where batches lack labels of some tasks, or of all, and leave no tensor behind", async () => {
    const runs = [gappyRun(PAIR_MMOE, { ...training, optimizer: "sgd", evalEvery: 3 })];
    const before = tf.memory().numTensors;
    const [ours, expected] = [await resultsOf(graph, runs), await resultsOf(atOnce, runs)];
    expect(tf.memory().numTensors).toBe(before);
    expect(expected.every(({ curve }) => curve.train.every((losses) => losses.every(Number.isFinite)))).toBe(true);
    for (const [i, result] of ours.entries()) expectClose(numbers(result), numbers(expected[i]), tolerance);
  });
});
