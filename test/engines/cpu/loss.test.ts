import { describe, expect, test } from "vitest";
import type { ModelSpec } from "../../../src/models/spec.ts";
import { INSTANCES, loneRun } from "./lone-run.ts";

/** y = w x, w = 1, in a unit that stays open. */
const LINE: ModelSpec = {
  name: "line",
  inputs: 1,
  tasks: 1,
  gating: "none",
  bias: false,
  dropout: 0,
  experts: { shared: 1, perTask: 0, layers: [1] },
  gate: { layers: [], bias: false },
  tower: { layers: [] },
};

/** The loss of errors on rows of input 1 (with another weight: other errors), and the derivative by the output. */
function lossOf(errors: readonly number[], huberDelta: number | null, memory: (typeof INSTANCES)[number], weight = 1) {
  const run = loneRun(LINE, errors.length, "sgd", 1, { memory, huberDelta });
  run.setParameters(Float32Array.of(1, weight));
  run.setBatch(
    errors.map(() => [1]),
    errors.map((error) => [1 - error]),
  );
  const [evaluated] = run.evaluate();
  const [loss] = run.train(1);
  return { loss, evaluated, derivative: 1 - run.parameters()[0] };
}

describe.each(INSTANCES)("on $set", (memory) => {
  test("the squared error's loss is its mean and its derivative twice the mean error", () => {
    expect(lossOf([0.5, -2, 1, 0.25, -0.75], null, memory)).toEqual({
      loss: 5.875 / 5,
      evaluated: 5.875 / 5,
      derivative: expect.closeTo((2 * -1) / 5, 6),
    });
  });

  test("Huber's loss is half the square up to delta and a line beyond, and its derivative is cut off", () => {
    const loss = (0.125 + 1.5 + 0.5 + 0.03125 + 0.28125) / 5;
    expect(lossOf([0.5, -2, 1, 0.25, -0.75], 1, memory)).toEqual({
      loss: expect.closeTo(loss, 6),
      evaluated: expect.closeTo(loss, 6),
      derivative: expect.closeTo((0.5 - 1 + 1 + 0.25 - 0.75) / 5, 6),
    });
    expect(lossOf([3], 0.5, memory)).toEqual({ loss: 1.375, evaluated: 1.375, derivative: 0.5 });
  });

  test("a prediction that is not a number makes the loss none", () => {
    for (const delta of [null, 1]) {
      const { loss, evaluated } = lossOf([0.5, 1], delta, memory, Number.NaN);
      expect([loss, evaluated]).toEqual([Number.NaN, Number.NaN]);
    }
  });
});
