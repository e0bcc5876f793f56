import { expect, test } from "vitest";
import { CallLength } from "../../../../src/engines/tfjs/graph/graph-training.ts";

/** The lengths of calls, a step of which takes so long. */
function lengths(most: number, stepMs: readonly number[]): number[] {
  const length = new CallLength(most);
  return stepMs.map((ms) => {
    const { steps } = length;
    length.took(steps, steps * ms);
    return steps;
  });
}

test("a CallLength grows from one step by four times at the most, to what fits in 100 ms", () => {
  expect(lengths(1e6, [0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3])).toEqual([1, 4, 16, 64, 256, 333, 333]);
});

test("a CallLength shrinks at once, to a step at the least", () => {
  expect(lengths(1e6, [1, 1, 20, 2, 400, 400])).toEqual([1, 4, 16, 5, 20, 1]);
});

test("a CallLength stays within its limit", () => {
  expect(lengths(6.5, [0.1, 0.1, 0.1])).toEqual([1, 4, 6]);
  expect(lengths(0.2, [0.1, 0.1])).toEqual([1, 1]);
});
