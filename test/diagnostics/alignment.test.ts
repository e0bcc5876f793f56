// What cases of golden.test.ts do not show.
import { expect, test } from "vitest";
import { labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { alignedLoss } from "../../src/diagnostics/alignment.ts";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import { parameterBlocks, parameterCount } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { MMOE, someParameters } from "../support/specs.ts";

const SETTINGS = GENERATOR_PRESETS["four-sines"].settings;
const { scale, alpha, beta, noiseStd } = SETTINGS;
const f = (z: number) => alpha.reduce((sum, a, i) => sum + Math.sin(a * scale * z + (beta[i] as number)), scale * z);

test.each([0, 0.31, 0.9, 0.998])(
  "alignedLoss(settings, %f) is what the mean label given v.x, of that cosine, misses: by quadrature",
  (c) => {
    const WIDTH = 0.02;
    const nodes = range(801).map((i) => (i - 400) * WIDTH);
    const density = nodes.map((z) => (Math.exp(-(z ** 2) / 2) / Math.sqrt(2 * Math.PI)) * WIDTH);
    let missed = noiseStd ** 2;
    for (const [i, t] of nodes.entries()) {
      const labels = nodes.map((e) => f(c * t + Math.sqrt(1 - c ** 2) * e));
      const mean = labels.reduce((sum, y, j) => sum + y * density[j], 0);
      const square = labels.reduce((sum, y, j) => sum + y * y * density[j], 0);
      missed += (square - mean ** 2) * density[i];
    }
    expect(alignedLoss(SETTINGS, c)).toBeCloseTo(missed / labelVariance(SETTINGS), 6);
  },
);

test("alignedLoss(settings, c) goes from the labels' variance to the noise", () => {
  expect(alignedLoss(SETTINGS, 0)).toBeCloseTo(1, 12);
  expect(alignedLoss(SETTINGS, 1)).toBeCloseTo(noiseStd ** 2 / labelVariance(SETTINGS), 12);
  expect(alignedLoss({ ...SETTINGS, rawLabels: true }, 0)).toBeCloseTo(labelVariance(SETTINGS), 12);
});

test("alignment is of whole kernels where they are products of factors: as with the same kernels in one piece", () => {
  const D = 5;
  const experts = { shared: 0, perTask: 1, layers: [6] };
  const one: ModelSpec = { ...MMOE, inputs: D, tasks: 2, gating: "none", tower: { layers: [] }, experts, name: "one" };
  const run = makeRun(
    { model: one, data: { ...SETTINGS, inputs: D }, diagnostics: ["alignment"] },
    { heldoutRows: 40 },
  );
  const factored: ModelSpec = { ...one, gating: "tensor-factorization", ranks: { inputs: 3, units: 2, tasks: 2 } };
  const values = someParameters(factored);
  const block = (spec: ModelSpec, name: string) =>
    parameterBlocks(spec).find((block) => block.name === name) as { offset: number; shape: readonly number[] };
  const entry = (name: string, i: number, j: number) => {
    const { offset, shape } = block(factored, name);
    return values[offset + i * shape[1] + j];
  };
  const product = (k: number, d: number, h: number) => {
    let total = 0;
    for (const p of range(3))
      for (const q of range(2))
        for (const i of range(2))
          total +=
            entry("factors/experts/inputs/0/kernel", d, p) *
            entry(`factors/experts/cores/${i}/0/kernel`, p, q) *
            entry("factors/experts/units/0/kernel", q, h) *
            entry("factors/experts/shares/0/shares", k, i);
    return total;
  };
  const plain = new Float64Array(parameterCount(one));
  for (const { name, offset, size } of parameterBlocks(one)) {
    const task = /^experts\/(\d)\/0\/kernel$/.exec(name)?.[1];
    for (const i of range(size))
      plain[offset + i] = task
        ? product(Number(task), Math.floor(i / 6), i % 6)
        : values[block(factored, name).offset + i];
  }
  const expected = new Diagnosis(run).at(plain);
  for (const [name, value] of Object.entries(new Diagnosis({ ...run, model: factored }).at(values)))
    expect(value, name).toBeCloseTo(expected[name], 9);
});
