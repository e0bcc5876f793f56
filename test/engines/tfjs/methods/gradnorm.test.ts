import { beforeAll, expect, test } from "vitest";
import { GRADNORM } from "../../../../src/engines/tfjs/methods/learned-weights.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { length, type Vector, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

/** The weights after `steps` steps on gradients and losses that stay as they are; the first losses are 1. */
function weightsAfter(steps: number, vectors: readonly Vector[], losses: Vector): number[] {
  let { shared, next } = weightsOf(tf, GRADNORM, [vectors], { losses: [losses.map(() => 1)] });
  for (let step = 0; step < steps; step++)
    ({ shared, next } = weightsOf(tf, GRADNORM, [vectors], { losses: [losses], state: next }));
  return shared[0];
}

test("the first step has weights 1, on shared and own parameters alike", () => {
  const { shared, own } = weightsOf(tf, GRADNORM, [
    [
      [3, 0],
      [0, 1],
    ],
  ]);
  expect([shared, own]).toEqual([[[1, 1]], [[1, 1]]]);
});

test.each([
  [
    [
      [4, 0],
      [0, 1],
    ],
  ],
  [
    [
      [2, 0, 0],
      [0, 1, 0],
      [0, 0, 0.5],
    ],
  ],
])("tasks that learn equally fast end with gradients of one length, and weights of sum K: %j", (vectors) => {
  const K = vectors.length;
  const weights = weightsAfter(
    150,
    vectors,
    vectors.map(() => 0.5),
  );
  const weighed = vectors.map((vector, k) => length(vector) * weights[k]);
  const mean = weighed.reduce((sum, norm) => sum + norm, 0) / K;
  expectClose(
    weighed.map((norm) => norm / mean),
    range(K).map(() => 1),
    0.15,
  );
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(K, 5);
});

test("a task whose loss fell less gets the longer gradient: by the ratio's power 1.5", () => {
  const vectors = [
    [1, 0],
    [0, 1],
  ];
  const weights = weightsAfter(200, vectors, [0.6, 0.3]);
  const [first, second] = weights as [number, number];
  // The targets' sum is more than that of the weights: the first task's, which it does not reach, pulls more.
  expect(first).toBeGreaterThan(2 * second);
});

test("tasks that share nothing keep weights 1; one task alone too", () => {
  expectClose(
    weightsAfter(
      5,
      [
        [0, 0],
        [0, 0],
      ],
      [0.5, 0.9],
    ),
    [1, 1],
    1e-6,
  );
  expectClose(weightsAfter(5, [[1, 2]], [0.7]), [1], 1e-6);
});

test.each([
  [1.48, 1],
  [1.52, -1],
])("a weight above the mean by the ratio's power %f moves as if the target were its power 1.5: %i", (power, sign) => {
  const [loss, w] = [1.2, 1.2 ** power];
  const given = {
    losses: [[loss, 2 - loss]], // the first losses are 1, and so is the mean of the ratios
    state: { first: [[1, 1]], w: [[w, 2 - w]], "w/m": [[0, 0]], "w/v": [[1, 1]] },
  };
  const { next } = weightsOf(
    tf,
    GRADNORM,
    [
      [
        [5, 0],
        [0, 5],
      ],
    ],
    given,
  );
  expect(next["w/m"]?.[0]?.[0]).toBeCloseTo(-sign * 0.1 * 5, 5); // down the gradient, which is |g| with this sign
});
