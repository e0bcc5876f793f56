import { expect, test } from "vitest";
import { DiagnosticRecorder } from "../../src/engines/diagnosing.ts";
import type { Diagnostics, Run } from "../../src/engines/engine.ts";
import type { ModelName } from "../../src/models/zoo.ts";
import { TRAINED, trainedRun } from "../diagnostics/golden/cases.ts";
import { GOLDEN } from "../diagnostics/golden/golden.ts";
import { expectSameDiagnostics, resultOf } from "../support/agreement.ts";
import { bothEngines } from "../support/both-engines.ts";

const engines = bothEngines();

const runOf = (name: ModelName, diagnosed = true): Run => {
  const { diagnostics: _, ...plain } = trainedRun(name);
  return diagnosed ? trainedRun(name) : plain;
};

test.each(TRAINED)(
  "cpu and tfjs give %s the diagnostics of an independent program, within float32's rounding",
  async (name) => {
    const a = await resultOf(engines.cpu, runOf(name));
    const expected = GOLDEN[`trained ${name}`] as Record<string, number>;
    expect(Object.keys(a.diagnostics?.values ?? {}).sort()).toEqual(Object.keys(expected).sort());
    for (const [quantity, value] of Object.entries(expected)) {
      expect(a.diagnostics?.values[quantity]?.at(-1), quantity).toBeCloseTo(value, 9); // of the same bits of weights
    }
    expect(a.diagnostics?.steps).toEqual([5, 10, 14]);
    await expectSameDiagnostics(runOf(name), [engines.cpu, engines.tfjs], 1e-4);
  },
);

test("a run has the same numbers with diagnostics as without, to the last bit", async () => {
  for (const engine of [engines.cpu, engines.tfjs]) {
    const [watched, plain] = [await resultOf(engine, runOf("mmoe")), await resultOf(engine, runOf("mmoe", false))];
    expect([watched.parameters, watched.curve]).toEqual([plain.parameters, plain.curve]);
    expect(Object.keys(plain)).not.toContain("diagnostics");
  }
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
