import { expect } from "vitest";
import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { parameterBlocks } from "../../src/models/parameters.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { expectClose } from "./close.ts";

export async function resultOf(engine: Engine, run: Run): Promise<RunResult> {
  const results: RunResult[] = [];
  await engine.train([run], { onResult: (result) => results.push(result), keepParameters: true });
  return results[0];
}

/** A dead unit's bias stays 0 in tfjs and moves by lr 1e-8 a step in the cpu engine: a tensor of such has no scale. */
const DEAD = 1e-4;

/** The greatest difference of a tensor's weights, in units of its largest weight, over all tensors of a model. */
function apart(model: ModelSpec, a: Float32Array, b: Float32Array): number {
  return Math.max(
    ...parameterBlocks(model).map(({ offset, size }) => {
      const [ours, theirs] = [a, b].map((values) => values.subarray(offset, offset + size)) as [
        Float32Array,
        Float32Array,
      ];
      const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), DEAD);
      return theirs.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[i]) / largest), 0);
    }),
  );
}

/** On both engines the same quantities of the same steps, each within `near` of its size, or no number. */
export async function expectSameDiagnostics(run: Run, [one, other]: readonly [Engine, Engine], near: number) {
  const [a, b] = [(await resultOf(one, run)).diagnostics, (await resultOf(other, run)).diagnostics];
  expect(a?.steps).toEqual(b?.steps);
  expect(Object.keys(a?.values ?? {})).toEqual(Object.keys(b?.values ?? {}));
  for (const [name, curve] of Object.entries(a?.values ?? {}))
    for (const [i, value] of curve.entries())
      if (!Number.isNaN(value))
        expect(Math.abs(value - (b?.values[name]?.[i] as number)), name).toBeLessThan(near * (1 + Math.abs(value)));
  return a;
}

const STEPS = 5;

/** Losses of every one of 5 steps, and weights after them, within 1e-4: of the loss, or of each tensor's largest weight. */
export async function expectAgreement(run: Run, [one, other]: readonly [Engine, Engine]): Promise<void> {
  const stepByStep = { ...run, training: { ...run.training, steps: STEPS, evalEvery: 1 } };
  const [a, b] = [await resultOf(one, stepByStep), await resultOf(other, stepByStep)];
  const [ours, theirs] = [a.curve.train.flat(), b.curve.train.flat()];
  expect(ours).toHaveLength(STEPS * run.model.tasks);
  for (const [i, loss] of theirs.entries()) expect(Math.abs(ours[i] / loss - 1)).toBeLessThan(1e-4);
  expectClose(a.labelCorrelations, b.labelCorrelations, 1e-9);
  expect(apart(run.model, a.parameters as Float32Array, b.parameters as Float32Array)).toBeLessThan(1e-4);
}
