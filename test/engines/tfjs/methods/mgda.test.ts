import { beforeAll, describe, expect, test } from "vitest";
import { MGDA } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { shortest } from "./references.ts";
import { dot, length, mixOf, someVectors, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

test("of two tasks the weights are Sener and Koltun's closed form, also where one gradient alone is shortest", () => {
  const pairs = [
    [
      [2, 0],
      [0, 1],
    ],
    [
      [1, 0],
      [3, 1],
    ],
    [
      [4, 2],
      [1, 0],
    ],
  ];
  const { shared } = weightsOf(tf, MGDA, pairs);
  const closed = pairs.map(([a, b]) => {
    const difference = b.map((value, i) => value - a?.[i]);
    return Math.min(1, Math.max(0, dot(difference, b) / dot(difference, difference)));
  });
  expect(closed).toEqual([0.2, 1, 0]);
  expectClose(
    shared.flat(),
    closed.flatMap((share) => [share, 1 - share]),
    1e-6,
  );
});

describe.each([2, 3, 5])("of %i tasks", (K) => {
  const problems = range(6).map((seed) => someVectors(K, seed, { conflict: 0.3 * seed }));

  test("the mix is as short as that of the best subset, solved exactly", () => {
    const { shared } = weightsOf(tf, MGDA, problems);
    for (const [i, vectors] of problems.entries()) {
      const weights = shared[i];
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
      expectClose(mixOf(weights, vectors), mixOf(shortest(vectors), vectors), 1e-3);
    }
  });

  test("the step lowers no task less than its own squared length: it conflicts with none", () => {
    const { shared } = weightsOf(tf, MGDA, problems);
    for (const [i, vectors] of problems.entries()) {
      const mix = mixOf(shared[i], vectors);
      for (const vector of vectors) expect(dot(mix, vector)).toBeGreaterThan(length(mix) ** 2 - 1e-3);
    }
  });
});

test("of gradients that are all the same the mix is that gradient; so it is of one task, and of none there are numbers", () => {
  const one = [2, -1, 3];
  expectClose(mixOf(weightsOf(tf, MGDA, [[one, one, one]]).shared[0], [one, one, one]), one, 1e-6);
  expectClose(weightsOf(tf, MGDA, [[one]]).shared[0], [1], 1e-6);
  expect(
    weightsOf(tf, MGDA, [
      [
        [0, 0],
        [0, 0],
      ],
    ]).shared,
  ).toEqual([[0.5, 0.5]]);
});
