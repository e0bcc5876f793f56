import { describe, expect, test } from "vitest";
import { labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { TaskSet } from "../../src/data/task-set.ts";
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

/** The noise and the Hermite terms that a direction of cosine c misses, in label variances. */
function lossByHermite(c: number): number {
  let [missed, variance, logFactorial] = [noiseStd ** 2, noiseStd ** 2, 0];
  for (let n = 1; n < 300; n++) {
    logFactorial += Math.log(n);
    const terms = alpha.map((a, i) => {
      const s = a * scale;
      const size = Math.exp(n * Math.log(s) - s ** 2 / 2 - logFactorial / 2);
      return size * Math.sin((beta[i] as number) + (n * Math.PI) / 2);
    });
    const coefficient = terms.reduce((total, term) => total + term, n === 1 ? scale : 0);
    missed += (1 - c ** (2 * n)) * coefficient ** 2;
    variance += coefficient ** 2;
  }
  return missed / variance;
}

describe("alignedLoss(settings, c)", () => {
  const COSINES = [0, 0.31, 0.9, 0.998];

  test.each(COSINES)("is the sum of the Hermite terms that a direction of cosine %f misses", (c) => {
    expect(alignedLoss(SETTINGS, c)).toBeCloseTo(lossByHermite(c), 9);
  });

  test.each(COSINES)("is what the mean label given v.x, of cosine %f, misses: by quadrature", (c) => {
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
  });

  test("goes from the labels' variance to the noise", () => {
    expect(alignedLoss(SETTINGS, 0)).toBeCloseTo(1, 12);
    expect(alignedLoss(SETTINGS, 1)).toBeCloseTo(SETTINGS.noiseStd ** 2 / labelVariance(SETTINGS), 12);
    expect(alignedLoss({ ...SETTINGS, rawLabels: true }, 0)).toBeCloseTo(labelVariance(SETTINGS), 12);
  });
});

describe("the alignment of a run", () => {
  const D = 5;
  const settings = { ...SETTINGS, inputs: D };
  const model: ModelSpec = {
    ...MMOE,
    inputs: D,
    tasks: 2,
    gating: "none",
    tower: { layers: [] },
    experts: { shared: 1, perTask: 0, layers: [2] },
  };
  const run = makeRun({ model, data: settings, diagnostics: ["alignment"] }, { heldoutRows: 40 });
  const tasks = new TaskSet(settings, run.correlationMatrix, { seed: 0, run: 0 });
  const [w1, w2] = tasks.vectors as [Float64Array, Float64Array];
  const { x } = tasks.rows("heldout", 40);

  /** A bottom of units along `a` and `b`; task k's output is the sum of the units, each times its number in `outputs[k]`. */
  const measured = (a: ArrayLike<number>, b: ArrayLike<number>, outputs: readonly (readonly number[])[]) => {
    const parameters = new Float64Array(parameterCount(model));
    for (const { name, offset } of parameterBlocks(model)) {
      if (name === "experts/0/0/kernel") for (let d = 0; d < D; d++) parameters.set([a[d], b[d]], offset + 2 * d);
      const task = /^towers\/(\d)\/output\/kernel$/.exec(name)?.[1];
      if (task) parameters.set(outputs[Number(task)], offset);
    }
    return new Diagnosis(run).at(parameters);
  };

  test("is 1 where units lie along the tasks' vectors, whatever their length and sign", () => {
    const q = measured(
      w1.map((w) => -3 * w),
      w2.map((w) => 0.01 * w),
      [
        [1, 0],
        [0, -1],
      ],
    );
    for (const k of [1, 2]) {
      expect(q[`unitAlignment/${k}`]).toBeCloseTo(1, 12);
      expect(q[`alignment/${k}`]).toBeCloseTo(1, 12);
      expect(q[`alignedLoss/${k}`]).toBeCloseTo(settings.noiseStd ** 2 / labelVariance(settings), 9);
    }
  });

  test("is the tasks' correlation where a prediction is of the other task's direction", () => {
    const q = measured(w1, w2, [
      [0, 1],
      [0, 1],
    ]);
    expect(q["unitAlignment/1"]).toBeCloseTo(1, 12);
    expect(q["alignment/1"]).toBeCloseTo(0.5, 12);
    expect(q["alignedLoss/1"]).toBeCloseTo(lossByHermite(0.5), 9);
  });

  test("is of whole kernels where they are products of factors: as with the same kernels in one piece", () => {
    const one: ModelSpec = { ...model, name: "one", experts: { shared: 0, perTask: 1, layers: [6] } };
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
    const expected = new Diagnosis({ ...run, model: one }).at(plain);
    for (const [name, value] of Object.entries(new Diagnosis({ ...run, model: factored }).at(values)))
      expect(value, name).toBeCloseTo(expected[name], 9);
  });

  test("follows the units that count: each alone is off, their difference along the vector", () => {
    const across = w2.map((w, d) => w - 0.5 * w1[d]); // orthogonal to w1
    const tilted = (sign: number) => w1.map((w, d) => sign * w + across[d]);
    const q = measured(tilted(1), tilted(-1), [
      [1, -1],
      [1, 1],
    ]);
    const length = (v: Float64Array) => Math.sqrt(v.reduce((sum, value) => sum + value * value, 0));
    expect(q["unitAlignment/1"]).toBeCloseTo(length(w1) / length(tilted(1)), 12);
    // the gradient of a row is the first unit's weights where it is on, minus the second's: here along w1 and across
    const [along, aside] = [length(w1), length(across)];
    const [a, b] = [tilted(1), tilted(-1)];
    const isOn = (unit: Float64Array, n: number) =>
      Number(unit.reduce((sum, weight, d) => sum + weight * x[n * D + d], 0) > 0);
    let [mm, mo, oo] = [0, 0, 0];
    for (const n of range(40)) {
      const [first, second] = [isOn(a, n), isOn(b, n)];
      const [main, other] = [(first + second) * along, (first - second) * aside];
      mm += main * main;
      mo += main * other;
      oo += other * other;
    }
    const angle = Math.atan2(2 * mo, mm - oo) / 2; // of the main axis of a symmetric 2 x 2 matrix
    expect(q["alignment/1"]).toBeCloseTo(Math.abs(Math.cos(angle)), 12);
  });
});
