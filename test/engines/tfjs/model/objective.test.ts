import { beforeAll, describe, expect, test } from "vitest";
import { constraintPenalty, predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { MaskSource, masksOf } from "../../../../src/engines/tfjs/model/masks.ts";
import { linkGates } from "../../../../src/engines/tfjs/model/mix.ts";
import { lossesAndGradients } from "../../../../src/engines/tfjs/model/objective.ts";
import { layersOf, pack, unpack } from "../../../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../../src/models/spec.ts";
import { mean, standardDeviation } from "../../../../src/stats/moments.ts";
import { GOLDEN } from "../../../random/golden/golden.ts";
import { expectClose } from "../../../support/close.ts";
import { objectiveGradient, range, taskLosses } from "../../../support/reference.ts";
import { makeRun } from "../../../support/runs.ts";
import { CONSTRAINED, MMOE, SELECTING, SNR, SPECS, someParameters, someRows } from "../../../support/specs.ts";

const B = 3;

const SQUARED = { huberDelta: null };

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

/** Losses [R * K] and the gradient of each replica in canonical order; replica r has the parameters and rows of seed r. */
function differentiate(spec: ModelSpec, seeds: number[]): { losses: number[]; gradients: Float32Array[] } {
  return tf.tidy(() => {
    const tensors = pack(
      tf,
      spec,
      seeds.map((seed) => someParameters(spec, seed)),
    );
    const rows = seeds.map((seed) => someRows(spec, B, seed));
    const x = tf.tensor(
      rows.flatMap((row) => [...row.x]),
      [seeds.length, B, spec.inputs],
    );
    const y = tf.tensor(
      rows.flatMap((row) => [...row.y]),
      [seeds.length, B, spec.tasks],
    );
    const { losses, gradients } = lossesAndGradients(tf, spec, tensors, { x, y }, SQUARED);
    return { losses: Array.from(losses.dataSync()), gradients: unpack(spec, gradients) };
  });
}

test.each(SPECS)("lossesAndGradients($name) gives the mean squared error of each replica and task", (spec) => {
  const expected = range(2).flatMap((seed) => taskLosses(spec, someParameters(spec, seed), someRows(spec, B, seed)));
  expectClose(differentiate(spec, [0, 1]).losses, expected, 2e-6);
});

test.each(SPECS)("lossesAndGradients($name) gives each block the gradient in float64", (spec) => {
  const [gradient] = differentiate(spec, [1]).gradients as [Float32Array];
  const expected = objectiveGradient(spec, someParameters(spec, 1), someRows(spec, B, 1));
  for (const { offset, size } of parameterBlocks(spec))
    expectClose(gradient.subarray(offset, offset + size), expected.slice(offset, offset + size), 1e-5);
});

test.each(SPECS)("a replica's gradient of $name does not see the others", (spec) => {
  const together = differentiate(spec, [3, 4, 5]);
  expect(together.gradients[1]).toEqual(differentiate(spec, [4]).gradients[0]);
});

test("every expert, unit and gate has a gradient of its own", () => {
  const [gradient] = differentiate(MMOE, [6]).gradients as [Float32Array];
  const columns = parameterBlocks(MMOE)
    .filter(({ part, kind }) => kind === "kernel" && (part === "experts" || part === "gates"))
    .flatMap(({ offset, shape }) => {
      const [rows, units] = shape as [number, number];
      return range(units).map((unit) => range(rows).map((row) => gradient[offset + row * units + unit]));
    })
    .filter((column) => column.some((value) => value !== 0)); // a unit that is dead in all rows has none
  expect(columns.length).toBeGreaterThan(40);
  expect(new Set(columns.map(String)).size).toBe(columns.length);
});

test("lossesAndGradients(rows) leaves no tensor behind but its results", () => {
  const tensors = pack(tf, MMOE, [someParameters(MMOE)]);
  const batch = { x: tf.ones([1, B, MMOE.inputs]), y: tf.ones([1, B, MMOE.tasks]) };
  const before = tf.memory().numTensors;
  const { losses, gradients } = lossesAndGradients(tf, MMOE, tensors, batch, SQUARED);
  expect(tf.memory().numTensors).toBe(before + 1 + tensors.length);
  tf.dispose([losses, ...gradients, ...tensors, batch.x, batch.y]);
});

test("DSelect-k's entropies teach the gates of all tasks, where no task has an error", () => {
  const parameters = someParameters(SELECTING);
  const { x } = someRows(SELECTING, B);
  const gradient = tf.tidy(() => {
    const [tensors, rows] = [pack(tf, SELECTING, [parameters]), tf.tensor(x, [1, B, SELECTING.inputs])];
    const y = predict(tf, SELECTING, layersOf(SELECTING, tensors), rows);
    const { losses, gradients } = lossesAndGradients(tf, SELECTING, tensors, { x: rows, y }, SQUARED);
    expect(losses.shape).toEqual([1, SELECTING.tasks]);
    expect(Math.max(...losses.dataSync())).toBe(0);
    return unpack(SELECTING, gradients)[0];
  });
  for (const { part, offset, size } of parameterBlocks(SELECTING)) {
    const most = Math.max(...gradient.subarray(offset, offset + size).map(Math.abs));
    if (part === "gates") expect(most).toBeGreaterThan(0.01);
    else expect(most).toBe(0);
  }
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
  const penalty = tf.tidy(() => constraintPenalty(tf, spec, layersOf(spec, pack(tf, spec, [parameters]))).dataSync());
  expectClose(penalty, [0.3 * (distance(0, 1) + distance(0, 2) + distance(1, 2))], 1e-6);
});

describe("SNR's gates at a step", () => {
  const K = SNR.tasks;
  const E = SNR.experts.shared;
  const noise = (k: number, e: number) => 0.9 * Math.sin(1 + 3 * k + 5 * e);
  const parameters = someParameters(SNR, 1);

  test("give each block the gradient of central differences, whatever u is drawn", () => {
    const rows = someRows(SNR, B, 1);
    const gradient = tf.tidy(() => {
      const [x, y] = [tf.tensor(rows.x, [1, B, SNR.inputs]), tf.tensor(rows.y, [1, B, K])];
      const ofStep = tf.tensor(
        range(K * E).map((i) => noise(Math.floor(i / E), i % E)),
        [1, K, E],
      );
      const objective = { ...SQUARED, noise: ofStep };
      return unpack(SNR, lossesAndGradients(tf, SNR, pack(tf, SNR, [parameters]), { x, y }, objective).gradients)[0];
    });
    const expected = objectiveGradient(SNR, parameters, rows, { noise });
    for (const { offset, size } of parameterBlocks(SNR))
      expectClose(gradient.subarray(offset, offset + size), expected.slice(offset, offset + size), 1e-5);
  });

  test("divide noise and log alpha by beta, and stretch to [-.1, 1.1]: half of u = 1/2 at alpha 1, shut at u near 0", () => {
    const gates = tf.tidy(() => {
      const logAlphas = tf.tensor([0, 0, 0, 0.6], [1, 1, 4]);
      return linkGates(tf, logAlphas, tf.tensor([0, -9, 9, 0.3], [1, 1, 4])).dataSync();
    });
    expectClose(gates, [0.5, 0, 1, 1.2 / (1 + Math.exp(-0.9 * 1.5)) - 0.1], 1e-6);
  });
});

test("a model of SNR has no parameter for u, which is drawn again at each step for each run", () => {
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
  const many = range(400)
    .flatMap((step) => drawn(step))
    .map((noise) => 1 / (1 + Math.exp(-noise)));
  expect(Math.abs(mean(many) - 0.5)).toBeLessThan(0.01);
  expect(Math.abs(standardDeviation(many) - Math.sqrt(1 / 12))).toBeLessThan(0.01);
});
