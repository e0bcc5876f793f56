// What is measured of a run, beside an independent program and closed forms.
import { expect, test } from "vitest";
import { labelVariance } from "../../src/data/moments.ts";
import { GENERATOR_PRESETS } from "../../src/data/presets.ts";
import { tableSetOf } from "../../src/data/table-set.ts";
import { alignedLoss } from "../../src/diagnostics/alignment.ts";
import { Diagnosis } from "../../src/diagnostics/diagnosis.ts";
import { network } from "../../src/diagnostics/network.ts";
import { affinityQuantities, conflictQuantities, unitQuantities } from "../../src/diagnostics/quantities.ts";
import { Tape, type Units } from "../../src/diagnostics/tape.ts";
import { initialParameters } from "../../src/engines/initial-parameters.ts";
import { lossesOfTasks } from "../../src/engines/task-losses.ts";
import { parameterBlocks, parameterCount } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { type ModelName, ZOO } from "../../src/models/zoo.ts";
import { gapRun } from "../support/gap-runs.ts";
import { range } from "../support/reference.ts";
import { makeRun } from "../support/runs.ts";
import { MMOE, someParameters } from "../support/specs.ts";
import { ROWS, SMALL_RUNS, trainedRun } from "./golden/cases.ts";
import { GOLDEN } from "./golden/golden.ts";

test.each(SMALL_RUNS.map((run) => ({ run, name: run.model.name })))(
  "what is measured of $name is what its definition gives in an independent program",
  ({ run, name }) => {
    const found = new Diagnosis(run).at(someParameters(run.model));
    const expected = GOLDEN[name] as Record<string, number>;
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [quantity, value] of Object.entries(found)) expect(value, quantity).toBeCloseTo(expected[quantity], 9);
  },
);

test(`a diagnosis takes the first ${ROWS} held-out rows`, () => {
  const [run] = SMALL_RUNS as [(typeof SMALL_RUNS)[number]];
  const parameters = someParameters(run.model);
  const of = (heldoutRows: number) =>
    new Diagnosis({ ...run, training: { ...run.training, heldoutRows } }).at(parameters);
  expect(of(5000)).toEqual(of(ROWS));
  expect(of(ROWS - 1).affinity).not.toBe(of(ROWS).affinity);
});

test("a unit is dead that is on for less than 1 row in 1,000", () => {
  const model: ModelSpec = {
    ...MMOE,
    inputs: 1,
    tasks: 2,
    gating: "none",
    experts: { shared: 1, perTask: 0, layers: [4] },
    tower: { layers: [] },
  };
  const parameters = new Float64Array(parameterCount(model)).fill(1);
  const { offset } = parameterBlocks(model).find(({ name }) => name === "experts/0/0/bias") as { offset: number };
  parameters.set([-3.09, -3.0905, -3.5, 0], offset); // on for .0010008, .0009991 and .0002 of normal rows, and for half
  const tape = new Tape(parameters, 1);
  expect(unitQuantities(tape, network(tape, model, Float64Array.of(1))).deadUnits).toBe(0.5);
});

test("gradients of tasks that share nothing are not compared", () => {
  const gradient = (values: number[], reached: number[]) => {
    return { values: Float64Array.from(values), reached: Uint8Array.from(reached) };
  };
  const apart = [gradient([3, 0], [1, 0]), gradient([0, 2], [0, 1])];
  expect(conflictQuantities(apart)).toEqual({});
  expect(affinityQuantities(apart, [1, 1], () => expect.unreachable())).toEqual({});
});

const UNITS = ["deadUnits", "activeUnits", "deadTowerUnits"];
const GATES = ["gateWeight", "gateEntropy", "meanGateEntropy", "gateDistance", "expertsInUse"];
const GRADIENTS = ["gradientCosine", "gradientSimilarity", "curvatureBound", "affinity"];
const ALIGNMENT = ["unitAlignment", "alignment", "alignedLoss"];

test.each<[ModelName, string[]]>([
  ["single-task", [...UNITS, ...ALIGNMENT]],
  ["average", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["cross-stitch", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["l2-constrained", [...UNITS, ...ALIGNMENT]],
  ["tensor-factorization", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["snr-trans", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-detached", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-linear", [...GATES, "deadTowerUnits", ...GRADIENTS, ...ALIGNMENT]],
  ["mmoe-top-k", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
])("%s has the quantities that apply to it: %j", (name, quantities) => {
  const run = trainedRun(name);
  const found = new Diagnosis(run).at(initialParameters(run));
  expect([...new Set(Object.keys(found).map((quantity) => quantity.split("/")[0]))]).toEqual(quantities);
  expect(Object.values(found).filter((value) => !Number.isFinite(value))).toEqual([]);
});

/** Cosine and magnitude similarity of two vectors, and 1 - their losses' ratio after a step along the first. */
function agreement(a: readonly number[], b: readonly number[]) {
  const dot = (p: readonly number[], q: readonly number[]) => p.reduce((sum, value, i) => sum + value * q[i], 0);
  const lengths = Math.sqrt(dot(a, a) * dot(b, b));
  return { cosine: dot(a, b) / lengths, similarity: (2 * lengths) / (dot(a, a) + dot(b, b)) };
}

test.each([
  ["", undefined],
  [" and weights", ["balanced", [2, 1, 5], null]],
] as const)(
  "gradients of labels that are classes, with gaps%s, are those of their losses by central differences",
  (_, given) => {
    const plain = gapRun({ lr: 0.01 });
    const run = { ...plain, data: { ...plain.data, ...(given && { classWeights: given }) } } as typeof plain;
    const tasks = lossesOfTasks(run);
    const parameters = Float64Array.from(someParameters(run.model));
    const found = new Diagnosis({ ...run, diagnostics: ["gradients"] } as never, tasks).at(parameters);
    const { x, y } = tableSetOf(run as never).rows("heldout");
    const weights = tableSetOf(run as never).weights("heldout") ?? y.map(() => 1);
    const N = run.training.heldoutRows;
    /** Mean loss of task k in its unit: -ln of the softmax, of the logistic function, or the squared error. */
    const lossOf = (k: number, at: ArrayLike<number>) => {
      const tape = new Tape(at, N);
      const { values, width } = network(tape, run.model, Float64Array.from(x)).outputs[k] as never as Units;
      const losses = range(N).flatMap((n) => {
        const label = y[3 * n + k];
        if (Number.isNaN(label)) return [];
        const outputs = [...values.subarray(width * n, width * (n + 1))];
        const weight = weights[3 * n + k];
        if (k === 0) return [[weight, -Math.log(1 / (1 + Math.exp(label === 1 ? -outputs[0] : outputs[0])))]];
        if (k === 2) return [[weight, (outputs[0] - label) ** 2]];
        const all = outputs.reduce((sum, output) => sum + Math.exp(output), 0);
        return [[weight, -Math.log(Math.exp(outputs[label]) / all)]];
      });
      const sum = losses.reduce((sum, [weight, loss]) => sum + weight * loss, 0);
      return ((tasks[k]?.unit ?? 0) * sum) / losses.reduce((sum, [weight]) => sum + weight, 0);
    };
    const moved = (p: number, by: number) => parameters.with(p, parameters[p] + by);
    const step = 1e-5;
    const isShared = parameterBlocks(run.model).flatMap(({ name, size }) =>
      new Array<boolean>(size).fill(name.startsWith("experts")),
    );
    const shared = range(parameters.length).filter((p) => isShared[p]);
    const gradients = range(3).map((k) =>
      shared.map((p) => (lossOf(k, moved(p, step)) - lossOf(k, moved(p, -step))) / (2 * step)),
    );
    for (const [j, k] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const) {
      const { cosine, similarity } = agreement(gradients[j], gradients[k]);
      expect(found[`gradientCosine/${j + 1}/${k + 1}`]).toBeCloseTo(cosine, 6);
      expect(found[`gradientSimilarity/${j + 1}/${k + 1}`]).toBeCloseTo(similarity, 6);
    }
    const after = parameters.slice();
    for (const [i, p] of shared.entries()) after[p] -= 0.01 * gradients[1][i];
    expect(found["affinity/2/1"]).toBeCloseTo(1 - lossOf(0, after) / lossOf(0, parameters), 8);
  },
);

test("a task whose label no row has is in no pair", () => {
  const run = gapRun({}, (_, k) => k === 1);
  const found = new Diagnosis({ ...run, diagnostics: ["gradients"] } as never, lossesOfTasks(gapRun())).at(
    someParameters(run.model),
  );
  const measured = ["gradientCosine/1/3", "gradientSimilarity/1/3", "curvatureBound/1/3"];
  expect(Object.keys(found)).toEqual([...measured, "affinity/1/3", "affinity/3/1", "affinity"]);
  expect(Object.values(found).every(Number.isFinite)).toBe(true);
});

test("a run has the quantities of the kinds that it asks for", () => {
  const found = (diagnostics: readonly ("units" | "gates")[]) => {
    const run = makeRun({ model: ZOO.mmoe.build({ inputs: 100, tasks: 2 }), diagnostics });
    return Object.keys(new Diagnosis(run).at(initialParameters(run)));
  };
  expect(found(["units"])).toEqual(UNITS);
  expect(found([])).toEqual([]);
});

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
