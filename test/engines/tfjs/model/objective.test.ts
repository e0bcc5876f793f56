import { describe, expect, test } from "vitest";
import { outputsOf, predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { MaskSource, masksOf } from "../../../../src/engines/tfjs/model/masks.ts";
import { lossesAndGradients } from "../../../../src/engines/tfjs/model/objective.ts";
import { joined, pack, separated, unpack } from "../../../../src/engines/tfjs/model/pack.ts";
import { type Backend, loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../../src/models/spec.ts";
import { GOLDEN } from "../../../random/golden/golden.ts";
import { expectClose } from "../../../support/close.ts";
import { type Noise, objectiveGradient, range, taskLosses } from "../../../support/reference.ts";
import { makeRun } from "../../../support/runs.ts";
import {
  BY_GATING,
  CONSTRAINED,
  DEEP,
  EMBEDDED,
  MMOE,
  SELECTING,
  SNR,
  SPECS,
  someParameters,
  someRows,
} from "../../../support/specs.ts";

const B = 3;

const tf = await loadTf("wasm");

/** Losses [R * K] and the gradient of each replica in canonical order; replica r has the parameters and rows of seed r. */
function differentiate(tf: Tf, spec: ModelSpec, seeds: readonly number[], noise?: Noise) {
  return tf.tidy(() => {
    const [R, K, E] = [seeds.length, spec.tasks, spec.experts.shared];
    const packed = pack(
      tf,
      spec,
      seeds.map((seed) => someParameters(spec, seed)),
    );
    const tensors = separated(tf, spec, joined(tf, packed)); // as training keeps them
    const rows = seeds.map((seed) => someRows(spec, B, seed));
    const x = tf.tensor(
      rows.flatMap((row) => [...row.x]),
      [R, B, spec.inputs],
    );
    const y = tf.tensor(
      rows.flatMap((row) => [...row.y]),
      [R, B, K],
    );
    const drawn = noise && range(K * E).map((i) => noise(Math.floor(i / E), i % E));
    const objective = { huberDelta: null, ...(drawn && { noise: tf.tensor(drawn, [R, K, E]) }) };
    const before = tf.memory().numTensors;
    const { losses, gradients } = lossesAndGradients(tf, spec, tensors, { x, y }, objective);
    expect(tf.memory().numTensors).toBe(before + 1 + tensors.length); // no tensor but the results
    return { losses: Array.from(losses.dataSync()), gradients: unpack(spec, gradients) };
  });
}

function expectGradient(spec: ModelSpec, seed: number, gradient: Float32Array, noise?: Noise): void {
  const expected = objectiveGradient(spec, someParameters(spec, seed), someRows(spec, B, seed), { noise });
  for (const { offset, size } of parameterBlocks(spec))
    expectClose(gradient.subarray(offset, offset + size), expected.slice(offset, offset + size), 1e-5);
}

describe.each<[Backend, readonly ModelSpec[]]>([
  ["wasm", SPECS],
  ["cpu", [...Object.values(BY_GATING), DEEP, SELECTING, EMBEDDED]],
])("on %s", (backend, specs) => {
  test.each(specs)(
    "lossesAndGradients($name) has each replica's losses and gradients in float64, as of it alone",
    async (spec) => {
      const tf = await loadTf(backend);
      const { losses, gradients } = differentiate(tf, spec, [0, 1]);
      const expected = range(2).flatMap((seed) => {
        return taskLosses(spec, someParameters(spec, seed), someRows(spec, B, seed));
      });
      expectClose(losses, expected, 2e-6);
      for (const [seed, gradient] of gradients.entries()) expectGradient(spec, seed, gradient);
      expect(gradients[1]).toEqual(differentiate(tf, spec, [1]).gradients[0]);
    },
  );
});

test("predict(x) refuses rows of another width by name", () => {
  tf.tidy(() => {
    const parameters = pack(tf, MMOE, [someParameters(MMOE)]);
    expect(() => predict(tf, MMOE, parameters, tf.zeros([2, 3, 9]))).toThrow(
      "predict: mmoe: x: expected shape [R=2, B=3, D=4], got [2, 3, 9]",
    );
  });
});

test("pack(parameters) refuses another number of parameters", () => {
  expect(() => pack(tf, DEEP, [new Float32Array(7)])).toThrow(/^pack: deep: expected \d+ parameters, got 7$/);
});

test("an L2 constraint leaves out outputs where tasks differ in how many they have", () => {
  const spec = { ...CONSTRAINED, outputs: [1, 3, 2] };
  const parameters = someParameters(spec);
  const ofTask = (k: number) =>
    parameterBlocks(spec)
      .filter(({ part, network }) => part !== "outputs" && network.endsWith(`/${k}`))
      .flatMap(({ offset, size }) => [...parameters.subarray(offset, offset + size)]);
  const distance = (j: number, k: number) => {
    const other = ofTask(k);
    return ofTask(j).reduce((sum, one, i) => sum + (one - other[i]) ** 2, 0);
  };
  const penalty = tf.tidy(() => {
    return outputsOf(tf, spec, pack(tf, spec, [parameters]), tf.zeros([1, 2, spec.inputs])).penalty?.dataSync();
  });
  expectClose(penalty ?? [], [0.3 * (distance(0, 1) + distance(0, 2) + distance(1, 2))], 1e-6);
});

test("the gradient through SNR's gates is that in float64, whatever u is drawn", () => {
  const noise = (k: number, e: number) => 0.9 * Math.sin(1 + 3 * k + 5 * e);
  expectGradient(SNR, 1, differentiate(tf, SNR, [1], noise).gradients[0], noise);
});

test("u of SNR's gates is no parameter, but drawn again at each step for each run", () => {
  const kinds = parameterBlocks(SNR).filter(({ part }) => part === "links");
  expect(kinds.filter(({ kind }) => kind !== "kernel").map(({ shape }) => shape)).toEqual([[3, 5]]);
  const source = new MaskSource([makeRun({ model: SNR, index: 1 }), makeRun({ model: SNR, index: 2 })]);
  const [mask] = masksOf(SNR, 2, B);
  expect(mask?.shape).toEqual([2, 1, 3, 5]);
  const drawn = (step: number) => {
    const noise = new Float32Array(2 * 3 * 5);
    source.fill(noise, mask, step);
    return [...noise];
  };
  expect(new Set([...drawn(1), ...drawn(2)]).size).toBe(60);
  for (const [i, runs] of GOLDEN.noise.entries()) expectClose(drawn(i + 1), runs.flat(), 1e-6);
});
