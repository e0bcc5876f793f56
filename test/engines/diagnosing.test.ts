import { describe, expect, test } from "vitest";
import { DiagnosticRecorder } from "../../src/engines/diagnosing.ts";
import type { Diagnostics, Run } from "../../src/engines/engine.ts";
import type { ModelName } from "../../src/models/zoo.ts";
import { TRAINED, trainedRun } from "../diagnostics/golden/cases.ts";
import { GOLDEN } from "../diagnostics/golden/golden.ts";
import { resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";

const engines = bothEngines();

const runOf = (name: ModelName, diagnosed = true): Run => {
  const { diagnostics: _, ...plain } = trainedRun(name);
  return diagnosed ? trainedRun(name) : plain;
};

test.each(TRAINED)(
  "cpu and tfjs give %s the diagnostics of an independent program, within float32's rounding",
  async (name) => {
    const [a, b] = [await resultOf(engines.cpu, runOf(name)), await resultOf(engines.tfjs, runOf(name))];
    const expected = GOLDEN[`trained ${name}`] as Record<string, number>;
    expect(Object.keys(a.diagnostics?.values ?? {}).sort()).toEqual(Object.keys(expected).sort());
    for (const [quantity, value] of Object.entries(expected)) {
      expect(a.diagnostics?.values[quantity]?.at(-1), quantity).toBeCloseTo(value, 9); // of the same bits of weights
      const gap = Math.abs((b.diagnostics?.values[quantity]?.at(-1) as number) - value);
      expect(gap, quantity).toBeLessThan(1e-4 * (1 + Math.abs(value)));
    }
    const [first, second] = [a.diagnostics as Diagnostics, b.diagnostics as Diagnostics];
    expect([first.steps, second.steps]).toEqual([
      [5, 10, 14],
      [5, 10, 14],
    ]);
    expect(Object.keys(first.values)).toEqual(Object.keys(second.values));
    for (const [quantity, curve] of Object.entries(first.values))
      for (const [i, value] of curve.entries()) {
        const gap = Math.abs(value - second.values[quantity]?.[i]);
        expect(gap, `${quantity} at ${i}: ${value}`).toBeLessThan(1e-4 * (1 + Math.abs(value)));
      }
  },
);

test("a run has the same numbers with diagnostics as without, to the last bit", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const [watched, plain] = [await resultOf(engine, runOf("mmoe")), await resultOf(engine, runOf("mmoe", false))];
    expect([watched.parameters, watched.curve]).toEqual([plain.parameters, plain.curve]);
    expect(Object.keys(plain)).not.toContain("diagnostics");
  }
});

/** Names of quantities without their numbers. */
const namesOf = ({ values }: Diagnostics) => [...new Set(Object.keys(values).map((name) => name.split("/")[0]))];

describe("a model has the quantities that apply to it:", () => {
  const UNITS = ["deadUnits", "activeUnits", "deadTowerUnits"];
  const GATES = ["gateWeight", "gateEntropy", "meanGateEntropy", "gateDistance", "expertsInUse"];
  const GRADIENTS = ["gradientCosine", "gradientSimilarity", "curvatureBound", "affinity"];
  const ALIGNMENT = ["unitAlignment", "alignment", "alignedLoss"];

  test.each([
    ["single-task", [...UNITS, ...ALIGNMENT]],
    ["average", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
    ["cross-stitch", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
    ["l2-constrained", [...UNITS, ...ALIGNMENT]],
    ["tensor-factorization", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
    ["snr-trans", [...UNITS, ...GRADIENTS, ...ALIGNMENT]],
    ["mmoe-detached", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
    ["mmoe-linear", [...GATES, "deadTowerUnits", ...GRADIENTS, ...ALIGNMENT]],
    ["mmoe-top-k", [...GATES, ...UNITS, ...GRADIENTS, ...ALIGNMENT]],
  ] as const)("%s", async (name, quantities) => {
    const run = runOf(name);
    const { diagnostics } = await resultOf(engines.tfjs, { ...run, training: { ...run.training, steps: 1 } });
    expect(namesOf(diagnostics as Diagnostics)).toEqual(quantities);
    const values = Object.values((diagnostics as Diagnostics).values).flat();
    expect(values.filter((value) => !Number.isFinite(value))).toEqual([]);
  });
});

test("a recorder goes on from what was measured before, and asks for nothing of its run otherwise", () => {
  const { diagnostics: _, ...plain } = runOf("mmoe");
  const before: Diagnostics = { steps: [5], values: { "gateDistance/1/2": [0.5] } };
  const recorder = new DiagnosticRecorder(runOf("mmoe"), before);
  expect([4, 5, 10, 14].map((step) => recorder.isDue(step))).toEqual([false, true, true, true]);
  recorder.add(10, () => new Float32Array(20_000).fill(0.01));
  expect(recorder.diagnostics?.steps).toEqual([5, 10]);
  expect(recorder.diagnostics?.values["gateDistance/1/2"]?.[0]).toBe(0.5);
  expect(recorder.diagnostics?.values.expertsInUse?.[0]).toBeNaN();
  expect(before.steps).toEqual([5]);
  expect([new DiagnosticRecorder(plain).isDue(5), new DiagnosticRecorder(plain).diagnostics]).toEqual([
    false,
    undefined,
  ]);
});

test("a recorder takes quantities that are named like what objects inherit", () => {
  const before: Diagnostics = { steps: [5], values: { constructor: [1], valueOf: [3] } as Diagnostics["values"] };
  const recorder = new DiagnosticRecorder(runOf("mmoe"), before);
  recorder.add(9, () => []);
  expect(recorder.diagnostics).toEqual({
    steps: [5, 9],
    values: { constructor: [1, Number.NaN], valueOf: [3, Number.NaN] },
  });
});
