import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { firstUnits, gatesOf, predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { layersOf, pack } from "../../../../src/engines/tfjs/model/pack.ts";
import { type Backend, loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../../../src/models/parameters.ts";
import { expertCount, expertsOf, gateCount, hasSharedGate, type ModelSpec } from "../../../../src/models/spec.ts";
import { expectClose } from "../../../support/close.ts";
import { predictRows, range } from "../../../support/reference.ts";
import { BOTTOM, DEEP, MMOE, OMOE, PLE, SELECTING, SPECS, someParameters, someRows } from "../../../support/specs.ts";

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
    const expected = parameters.flatMap((of, r) =>
      predictRows(spec, of, x.subarray(r * B * spec.inputs, (r + 1) * B * spec.inputs)).flat(),
    );
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

  test.each(SPECS)("gatesOf($name): a gate a task (or one), whose weights over its experts sum to 1", (spec) => {
    tf.tidy(() => {
      const layers = layersOf(spec, pack(tf, spec, [someParameters(spec)]));
      const first = firstUnits(tf, spec, layers, tf.tensor(someRows(spec, B).x, [1, B, spec.inputs]));
      const weights = first.gates && gatesOf(tf, spec, layers.gates, first.gates).weights;
      const shared = first.sharedGate && gatesOf(tf, spec, layers.sharedGate, first.sharedGate, true).weights;
      const own = gateCount(spec) - (shared ? 1 : 0);
      expect(weights?.shape).toEqual(own === 0 ? undefined : [1, B, own, expertsOf(spec, 0).length]);
      expect(shared?.shape).toEqual(hasSharedGate(spec, 0) ? [1, B, 1, expertCount(spec)] : undefined);
      for (const gates of [weights, shared]) {
        if (!gates) continue;
        const [, , count, E] = gates.shape as [number, number, number, number];
        const above = gates.dataSync().filter((weight) => weight > 0).length;
        if (!spec.gate.select) expect(above).toBe(B * count * (spec.gate.top ?? E));
        expectClose(tf.sum(gates, -1).dataSync(), new Array(B * count).fill(1), 1e-6);
      }
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

  test("a cross-stitch model whose tasks keep their own units is a single-task model", () => {
    const stitched: ModelSpec = { ...SINGLE_TASK, gating: "cross-stitch" };
    const alone = someParameters(SINGLE_TASK);
    const { x } = someRows(stitched, B);
    const parameters = rearranged(stitched, SINGLE_TASK, alone, (name) => name);
    const { offset } = parameterBlocks(stitched).find(({ kind }) => kind === "stitch") as { offset: number };
    parameters.set([1, 0, 0, 0, 1, 0, 0, 0, 1], offset);
    const own = predictions(SINGLE_TASK, [alone], x, B);
    expectClose(predictions(stitched, [parameters], x, B), own, 1e-6);

    parameters.set([1, 0, 0, 0.4, 1, 0, 0, 0, 1], offset); // task 1 takes units of task 0, and not the reverse
    for (const [i, value] of predictions(stitched, [parameters], x, B).entries())
      expect(Math.abs(value - own[i]) < 1e-5).toBe(i % 3 !== 1);
  });

  test("a selector of DSelect-k whose codes are beyond the smooth step selects the expert of its bits, alone", () => {
    const spec: ModelSpec = { ...SELECTING, gate: { ...SELECTING.gate, bias: true } };
    const parameters = withBlocks(spec, someParameters(spec), /^gates\//, 0);
    const { offset } = parameterBlocks(spec).find(({ name }) => name === "gates/1/0/bias") as { offset: number };
    parameters.set([0, 0, -9, 9, 9, 9, 9, -9], offset); // logits of two selectors, bits 0 to 2 of 6, and of 3
    tf.tidy(() => {
      const layers = layersOf(spec, pack(tf, spec, [parameters]));
      const first = firstUnits(tf, spec, layers, tf.tensor(someRows(spec, 1).x, [1, 1, spec.inputs]));
      const { weights } = gatesOf(tf, spec, layers.gates, first.gates as Tensor);
      const [even, own] = [new Array(8).fill(1 / 8), [0, 0, 0, 0.5, 0, 0, 0.5, 0]];
      expectClose(weights.dataSync(), [...even, ...own, ...even], 1e-6);
    });
  });

  test("PLE of one level is CGC", () => {
    const ple: ModelSpec = { ...CGC, levels: 1 };
    const [parameters, { x }] = [[someParameters(CGC)], someRows(CGC, B)];
    expect(predictions(ple, parameters, x, B)).toEqual(predictions(CGC, parameters, x, B));
  });

  /** Which of the 3 tasks' predictions change with the first level's own experts of task 1. */
  function touchedBy(parameters: Float32Array): boolean[] {
    const { x } = someRows(PLE, B);
    const changed = withBlocks(PLE, parameters, /^experts\/[56]\//, 0.7); // 3 + 1 * 2 + j
    const [before, after] = [predictions(PLE, [parameters], x, B), predictions(PLE, [changed], x, B)];
    return range(3).map((k) => range(B).some((b) => before[b * 3 + k] !== after[b * 3 + k]));
  }

  test("in PLE a task sees the other tasks' experts of the level before, but through the shared path alone", () => {
    const parameters = someParameters(PLE);
    expect(touchedBy(parameters)).toEqual([true, true, true]);
    const silent = withBlocks(PLE, parameters, /^levels\/1\/experts\/[012]\//, 0); // the shared ones
    expect(touchedBy(silent)).toEqual([false, true, false]);
  });

  test("in PLE the shared experts of the second level read what the shared gate mixes, and no task's mix", () => {
    const { x } = someRows(PLE, B);
    // the second level's gates weigh all alike, so each task has the same part of the shared experts
    const even = withBlocks(PLE, someParameters(PLE), /^levels\/1\/gates\//, 0);
    const silent = withBlocks(PLE, even, /^levels\/1\/experts\/[3-8]\//, 0); // each task's own
    const before = predictions(PLE, [silent], x, B);
    const ofTasks = withBlocks(PLE, silent, /^gates\/[012]\//, 0.3);
    expect(predictions(PLE, [ofTasks], x, B)).toEqual(before);
    const ofShared = withBlocks(PLE, silent, /^gates\/3\//, 0);
    for (const [i, value] of predictions(PLE, [ofShared], x, B).entries()) expect(value).not.toBe(before[i]);
  });

  test("a gate that keeps as many experts as there are is a softmax over all", () => {
    const top: ModelSpec = { ...MMOE, gate: { ...MMOE.gate, top: 5 } };
    const [parameters, { x }] = [[someParameters(MMOE)], someRows(MMOE, B)];
    expectClose(predictions(top, parameters, x, B), predictions(MMOE, parameters, x, B), 1e-6);
  });

  test("a task of CGC does not see the other tasks' own experts", () => {
    const parameters = someParameters(CGC);
    const { x } = someRows(CGC, B);
    const changed = withBlocks(CGC, parameters, /^experts\/[56]\//, 0.7); // of task 1: 3 + 1 * 2 + j
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

/** The parameters with `value` in each block of that name. */
function withBlocks(spec: ModelSpec, parameters: Float32Array, pattern: RegExp, value: number): Float32Array {
  const changed = parameters.slice();
  const blocks = parameterBlocks(spec).filter(({ name }) => pattern.test(name));
  if (blocks.length === 0) throw new RangeError(`no block matches ${pattern}`);
  for (const { offset, size } of blocks) changed.fill(value, offset, offset + size);
  return changed;
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
