import { beforeAll, describe, expect, test } from "vitest";
import { firstUnits, gateWeights, predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { layersOf, pack } from "../../../../src/engines/tfjs/model/pack.ts";
import { type Backend, loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../../../src/models/parameters.ts";
import { expertsOf, gateCount, type ModelSpec } from "../../../../src/models/spec.ts";
import { expectClose } from "../../../support/close.ts";
import { predictor, range } from "../../../support/reference.ts";
import { BOTTOM, DEEP, MMOE, OMOE, SPECS, someParameters, someRows } from "../../../support/specs.ts";

const R = 2;
const B = 3;

const SINGLE_TASK = SPECS.find(({ name }) => name === "single-task") as ModelSpec;
/** 3 experts of all and 2 of each task's own. */
const CGC = SPECS.find(({ name }) => name === "shared-and-own") as ModelSpec;

describe.each<Backend>(["wasm", "cpu"])("on %s", (backend) => {
  let tf: Tf;
  beforeAll(async () => {
    tf = await loadTf(backend);
  });

  /** Predictions of one replica after the other, [R * B * K]. */
  function predictions(spec: ModelSpec, parameters: Float32Array[], x: Float32Array, B: number): number[] {
    return tf.tidy(() => {
      const tensor = tf.tensor(x, [parameters.length, B, spec.inputs]);
      return Array.from(predict(tf, spec, layersOf(spec, pack(tf, spec, parameters)), tensor).dataSync());
    });
  }

  test.each(SPECS)("predict($name) is the model in float64, for each replica on its own rows", (spec) => {
    const parameters = range(R).map((r) => someParameters(spec, r));
    const { x } = someRows(spec, R * B);
    const expected = range(R * B).flatMap((i) => {
      const predictRow = predictor(spec, parameters[Math.floor(i / B)] as Float32Array);
      return predictRow(x.subarray(i * spec.inputs, (i + 1) * spec.inputs));
    });
    expectClose(predictions(spec, parameters, x, B), expected, 2e-6);
  });

  test.each(SPECS)("predict($name) gives a row of a batch what it gives the row alone", (spec) => {
    const parameters = [someParameters(spec)];
    const { x } = someRows(spec, B);
    const alone = range(B).flatMap((b) =>
      predictions(spec, parameters, x.slice(b * spec.inputs, (b + 1) * spec.inputs), 1),
    );
    expectClose(predictions(spec, parameters, x, B), alone, 1e-6);
  });

  test.each(SPECS)("gateWeights($name): a gate a task (or one), whose weights over its experts sum to 1", (spec) => {
    tf.tidy(() => {
      const layers = layersOf(spec, pack(tf, spec, [someParameters(spec)]));
      const first = firstUnits(tf, spec, layers, tf.tensor(someRows(spec, B).x, [1, B, spec.inputs]));
      const weights = first.gates && gateWeights(tf, spec, layers.gates, first.gates);
      const count = gateCount(spec);
      expect(weights?.shape).toEqual(count === 0 ? undefined : [1, B, count, expertsOf(spec, 0).length]);
      const seen = spec.gate.top ?? expertsOf(spec, 0).length;
      if (weights) expect(weights.dataSync().filter((weight) => weight > 0)).toHaveLength(B * count * seen);
      if (weights) expectClose(tf.sum(weights, -1).dataSync(), new Array(B * count).fill(1), 1e-6);
    });
  });

  test("MMoE with all gates tied is OMoE", () => {
    const omoe = someParameters(OMOE);
    const { x } = someRows(MMOE, B);
    expect(predictions(MMOE, [withTiedGates(omoe)], x, B)).toEqual(predictions(OMOE, [omoe], x, B));
  });

  test("OMoE of one expert is Shared-Bottom", () => {
    const omoe: ModelSpec = { ...OMOE, experts: BOTTOM.experts };
    const bottom = someParameters(BOTTOM);
    const { x } = someRows(BOTTOM, B);
    expectClose(predictions(omoe, [withGate(omoe, bottom)], x, B), predictions(BOTTOM, [bottom], x, B), 1e-6);
  });

  test("CGC of one expert a task, its own, is a single-task model", () => {
    const cgc: ModelSpec = { ...SINGLE_TASK, gating: "per-task" };
    const alone = someParameters(SINGLE_TASK);
    const { x } = someRows(cgc, B);
    const gated = rearranged(cgc, SINGLE_TASK, alone, (name) => name);
    expectClose(predictions(cgc, [gated], x, B), predictions(SINGLE_TASK, [alone], x, B), 1e-6);
  });

  test("a gate that keeps as many experts as there are is a softmax over all", () => {
    const top: ModelSpec = { ...MMOE, gate: { ...MMOE.gate, top: 5 } };
    const [parameters, { x }] = [[someParameters(MMOE)], someRows(MMOE, B)];
    expectClose(predictions(top, parameters, x, B), predictions(MMOE, parameters, x, B), 1e-6);
  });

  test("a task of CGC does not see the other tasks' own experts", () => {
    const parameters = someParameters(CGC);
    const { x } = someRows(CGC, B);
    const changed = parameters.slice();
    for (const { name, offset, size } of parameterBlocks(CGC)) {
      const own = /^experts\/([56])\//.test(name); // of task 1: 3 + 1 * 2 + j
      if (own) changed.fill(0.7, offset, offset + size);
    }
    const [before, after] = [predictions(CGC, [parameters], x, B), predictions(CGC, [changed], x, B)];
    for (const [i, value] of after.entries()) expect(value === before[i]).toBe(i % 3 !== 1);
  });

  test("predict(x) leaves no tensor behind but its result", () => {
    tf.tidy(() => {
      const layers = layersOf(DEEP, pack(tf, DEEP, [someParameters(DEEP)]));
      const x = tf.tensor(someRows(DEEP, B).x, [1, B, DEEP.inputs]);
      const before = tf.memory().numTensors;
      predict(tf, DEEP, layers, x);
      expect(tf.memory().numTensors).toBe(before + 1);
    });
  });

  test("predict(x) refuses rows of another width by name", () => {
    tf.tidy(() => {
      const layers = layersOf(MMOE, pack(tf, MMOE, [someParameters(MMOE)]));
      expect(() => predict(tf, MMOE, layers, tf.zeros([2, 3, 9]))).toThrow(
        "predict: mmoe: x: expected shape [R=2, B=3, D=4], got [2, 3, 9]",
      );
    });
  });
});

/** OMoE's parameters as MMoE's: its gate once a task. */
function withTiedGates(omoe: Float32Array): Float32Array {
  return rearranged(MMOE, OMOE, omoe, (name) => name.replace(/^gates\/\d/, "gates/0"));
}

/** Shared-Bottom's parameters as those of an OMoE of one expert, whose gate then does not matter. */
function withGate(omoe: ModelSpec, bottom: Float32Array): Float32Array {
  return rearranged(omoe, BOTTOM, bottom, (name) => name);
}

/** Each block of `to` from the block of `from` that `source` names; the others as they come. */
function rearranged(to: ModelSpec, from: ModelSpec, values: Float32Array, source: (name: string) => string) {
  const blocks = new Map(parameterBlocks(from).map((block) => [block.name, block]));
  const out = someParameters(to);
  for (const { name, offset } of parameterBlocks(to)) {
    const block = blocks.get(source(name));
    if (block) out.set(values.subarray(block.offset, block.offset + block.size), offset);
  }
  return out;
}
