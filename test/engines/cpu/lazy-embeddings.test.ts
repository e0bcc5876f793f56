// Steps of the vectors that rows of a batch have: beside a program in float64. test/python/sparse-adam.test.ts has PyTorch's.
import { describe, expect, test } from "vitest";
import { rateAt } from "../../../src/engines/learning-rate.ts";
import type { OptimizerSettings } from "../../../src/engines/training-settings.ts";
import { parameterBlocks } from "../../../src/models/parameters.ts";
import { bitsOf } from "../../support/bits.ts";
import { objectiveGradient, range, taskLosses } from "../../support/reference.ts";
import { APART } from "../golden/optimizers.ts";
import { apart, CASES, INITIAL, rowsAt, SPEC, STEPS, trainedByKernels } from "./lazy-runs.ts";
import { KERNELS, loneRun } from "./lone-run.ts";

const ADAM = CASES[0]?.[1];
const ALL: [string, OptimizerSettings][] = [
  ...CASES,
  ["adam with clipping", { ...ADAM, clipNorm: 0.5 }],
  ["adam with a decay of vectors", { ...ADAM, embeddingDecay: 0.05 }],
  ["sgd with a decay of vectors and clipping", { ...ADAM, optimizer: "sgd", embeddingDecay: 0.1, clipNorm: 0.5 }],
  ["sgd", { ...ADAM, optimizer: "sgd", lr: 0.05 }],
  ["sgd with clipping", { ...ADAM, optimizer: "sgd", lr: 0.05, clipNorm: 0.5 }],
];

const tables = parameterBlocks(SPEC).filter(({ kind }) => kind === "table");

/** Places of the numbers of the vectors that rows have, the last of a table apart, which stays 0. */
function touchedBy(x: readonly number[][]): Set<number> {
  return new Set(
    tables.flatMap(({ offset, shape }, t) => {
      const [rows, size] = shape as [number, number];
      const numbers = x.flatMap((row) => row.slice(2 + t, t < 2 ? 3 + t : 7)).filter((n) => n >= 0 && n < rows - 1);
      return numbers.flatMap((number) => range(size).map((i) => offset + number * size + i));
    }),
  );
}

/** 100 steps in float64: SparseAdam for vectors, which has its epsilon beside the root as it is, and Adam for all others. */
function trainedInFloat64(settings: OptimizerSettings, B: number) {
  const { optimizer, beta1, beta2, epsilon, clipNorm, embeddingDecay = 0 } = settings;
  const w = Float64Array.from(INITIAL);
  const [m, v] = [new Float64Array(w.length), new Float64Array(w.length)];
  const ofTables = tables.reduce((sum, { size }) => sum + size, 0);
  const losses = range(STEPS).map((i) => {
    const { x, y } = rowsAt(i + 1, B);
    const rows = { x: Float32Array.from(x.flat()), y: Float32Array.from(y.flat()) };
    const before = taskLosses(SPEC, w, rows);
    const touched = touchedBy(x);
    const moved = [...range(w.length)].filter((p) => p >= ofTables || touched.has(p));
    const g = objectiveGradient(SPEC, w, rows);
    const norm = Math.sqrt(moved.reduce((sum, p) => sum + g[p] ** 2, 0));
    const scale = clipNorm === null ? 1 : Math.min(1, clipNorm / (norm + 1e-6));
    const rate = rateAt(settings, i + 1);
    const [left1, left2] = [1 - beta1 ** (i + 1), 1 - beta2 ** (i + 1)];
    for (const p of moved) {
      const gradient = scale * g[p] + (p < ofTables ? embeddingDecay * w[p] : 0);
      if (optimizer === "sgd") {
        w[p] -= rate * gradient;
        continue;
      }
      m[p] = beta1 * m[p] + (1 - beta1) * gradient;
      v[p] = beta2 * v[p] + (1 - beta2) * gradient ** 2;
      const corrected = p < ofTables ? epsilon : epsilon * Math.sqrt(left2);
      w[p] -= (rate * Math.sqrt(left2) * m[p]) / left1 / (Math.sqrt(v[p]) + corrected);
    }
    return before;
  });
  return { losses, parameters: w };
}

describe.each([6, 21])("in batches of %i", (B) => {
  test.each(ALL)("%s: 100 lazy steps have the losses and parameters of float64", (_, settings) => {
    const expected = trainedInFloat64(settings, B);
    for (const { name, memory } of KERNELS) {
      const { losses, parameters } = trainedByKernels(memory, settings, B);
      expect(apart(losses.flat(), expected.losses.flat()), name).toBeLessThan(APART);
      expect(apart(parameters, expected.parameters), name).toBeLessThan(10 * APART);
    }
  });
});

test("lazy steps of sgd have the bits of dense ones", () => {
  for (const { name, memory } of KERNELS) {
    const bits = (["dense", "lazy"] as const).map((embeddingSteps) => {
      const run = loneRun(SPEC, 21, "sgd", 0.05, { memory, settings: { embeddingSteps } });
      run.setParameters(INITIAL);
      for (const i of range(5)) {
        const { x, y } = rowsAt(i + 1, 21);
        run.setBatch(x, y);
        run.train(1);
      }
      return bitsOf(run.parameters());
    });
    expect(bits[0], name).toBe(bits[1]);
  }
});
