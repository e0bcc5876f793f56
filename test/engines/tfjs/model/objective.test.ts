import { beforeAll, expect, test } from "vitest";
import { predict } from "../../../../src/engines/tfjs/model/forward.ts";
import { lossesAndGradients } from "../../../../src/engines/tfjs/model/objective.ts";
import { layersOf, pack, unpack } from "../../../../src/engines/tfjs/model/pack.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { parameterBlocks } from "../../../../src/models/parameters.ts";
import type { ModelSpec } from "../../../../src/models/spec.ts";
import { expectClose } from "../../../support/close.ts";
import { numericGradient, predictor, range, taskLosses } from "../../../support/reference.ts";
import { MMOE, SELECTING, SPECS, someParameters, someRows } from "../../../support/specs.ts";

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
  const expected = range(2).flatMap((seed) =>
    taskLosses(spec, predictor(spec, someParameters(spec, seed)), someRows(spec, B, seed)),
  );
  expectClose(differentiate(spec, [0, 1]).losses, expected, 2e-6);
});

test.each(SPECS)("lossesAndGradients($name) gives each block the gradient of central differences", (spec) => {
  const [gradient] = differentiate(spec, [1]).gradients as [Float32Array];
  const expected = numericGradient(spec, someParameters(spec, 1), someRows(spec, B, 1));
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
      return range(units).map((unit) => range(rows).map((row) => gradient[offset + row * units + unit] as number));
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
    return unpack(SELECTING, gradients)[0] as Float32Array;
  });
  for (const { part, offset, size } of parameterBlocks(SELECTING)) {
    const most = Math.max(...gradient.subarray(offset, offset + size).map(Math.abs));
    if (part === "gates") expect(most).toBeGreaterThan(0.01);
    else expect(most).toBe(0);
  }
});
