import { expect } from "vitest";
import type { RunResult } from "../../src/engines/engine.ts";
import type { ModelSpec } from "../../src/models/spec.ts";
import { expectClose } from "../support/close.ts";
import { BY_GATING, SPECS } from "../support/specs.ts";

/** Members that between them have every part of a model. */
export const MEMBERS: readonly ModelSpec[] = [
  ...Object.values(BY_GATING),
  ...SPECS.filter(({ name }) =>
    /^(one-task|deep-ple|residual-levels|top-2|deep-select|no-bias|linear-mmoe|embedded-apart|embedded-stitch)$/.test(
      name,
    ),
  ),
];

export const DOZEN = { steps: 12, evalEvery: 5, optimizer: "adam", lr: 0.001 } as const;

function lossesOf({ curve, trainingSetLoss = [] }: RunResult): number[] {
  return [curve.train, curve.heldout, trainingSetLoss].flat(2);
}

/**
 * Losses within 1e-6. Weights within 4e-5, a 25th of a step: TensorFlow's Adam rounds in another order, and Adam scales up
 * a gradient that is hardly more than rounding, as some of DSelect-k's codes have.
 */
export function expectSameNumbers(ours: readonly RunResult[], theirs: readonly RunResult[]): void {
  expect(ours.map(({ curve }) => curve.steps)).toEqual(theirs.map(({ curve }) => curve.steps));
  for (const [i, result] of ours.entries()) {
    const other = theirs[i];
    expectClose(lossesOf(result), lossesOf(other), 1e-6);
    expectClose(result.parameters ?? [], other.parameters ?? [], 4e-5);
  }
}
