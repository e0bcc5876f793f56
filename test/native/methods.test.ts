import { afterAll, describe, expect, test } from "vitest";
import { METHODS } from "../../src/engines/methods.ts";
import { createTfjsEngine } from "../../src/engines/tfjs/tfjs-engine.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { gappyRun } from "../engines/tfjs/model/gappy-run.ts";
import { PAIR_MMOE, resultsOf, tinyRun } from "../engines/tfjs/runs.ts";
import { expectClose } from "../support/close.ts";

const experts = { shared: 2, perTask: 1, layers: [5] };
const THREE: ModelSpec = { ...PAIR_MMOE, name: "three", tasks: 3, experts, dropout: 0.1 };

const graph = await createTfjsEngine({ backend: "tensorflow" });
const atOnce = await createTfjsEngine({ backend: "tensorflow", graph: false });
afterAll(() => Promise.all([graph.dispose(), atOnce.dispose()]));

describe.each(METHODS.filter((name) => name !== "sum"))("steps of %s in a graph are those taken at once", (method) => {
  const training = { method, steps: 9, evalEvery: 3 };
  // Adam makes rounding of the weights large where gradients cancel.
  const tolerance = method === "mgda" || method === "cagrad" ? 3e-3 : 1e-5;

  test.each([
    ["at several rates", [0.01, 0.003].map((lr) => tinyRun({ model: THREE }, { ...training, lr }))],
    ["where batches lack labels of some or of all tasks", [gappyRun(PAIR_MMOE, { ...training, optimizer: "sgd" })]],
  ] as const)("%s", async (_, runs) => {
    const [ours, expected] = [await resultsOf(graph, runs), await resultsOf(atOnce, runs)];
    expect(ours).toHaveLength(runs.length);
    for (const [i, { failure, curve, parameters = [] }] of ours.entries()) {
      expect(failure).toBeUndefined();
      expectClose(curve.train.flat(), expected[i].curve.train.flat(), tolerance);
      expectClose(parameters, expected[i].parameters ?? [], tolerance);
    }
  });
});
