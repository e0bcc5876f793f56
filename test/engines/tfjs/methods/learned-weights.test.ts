import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { FAMO, GRADNORM, UNCERTAINTY } from "../../../../src/engines/tfjs/methods/learned-weights.ts";
import type { LossMethod, MethodState } from "../../../../src/engines/tfjs/methods/method.ts";
import { initialMethodState } from "../../../../src/engines/tfjs/methods/method-step.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { ADAM } from "../../../../src/engines/training-settings.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { length, type Vector, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

/** The state after `steps` steps at each of which losses [R, K] become `falls` times as large. */
function stateAfter(method: LossMethod, steps: number, losses: number[][], falls: number[], rate: number): MethodState {
  let state = initialMethodState(tf, method, "adam", [losses.length, falls.length]);
  for (let step = 0; step < steps; step++)
    state = tf.tidy(() => {
      const before = tf.tensor2d(losses);
      const lossesAfter = () => tf.mul(before, tf.tensor1d(falls)) as Tensor;
      return method.next(tf, state, before, { rates: { ...ADAM, rate }, lossesAfter });
    });
  return state;
}

function weights(method: LossMethod, losses: number[][], state: MethodState): number[][] {
  return tf.tidy(() => method.weights(tf, tf.tensor2d(losses), state).arraySync() as number[][]);
}

describe("uncertainty", () => {
  test("begins with weights of a half", () => {
    const state = initialMethodState(tf, UNCERTAINTY, "sgd", [1, 3]);
    expect(Object.keys(state)).toEqual(["s"]);
    expect(weights(UNCERTAINTY, [[0.1, 1, 7]], state)).toEqual([[0.5, 0.5, 0.5]]);
  });

  test("ends at s = log L, with weights 1 / (2 L), on losses that stay as they are", () => {
    const losses = [
      [0.2, 0.05],
      [1, 3],
    ];
    const state = stateAfter(UNCERTAINTY, 800, losses, [1, 1], 0.03);
    expectClose(state.s.dataSync(), losses.flat().map(Math.log), 1e-3);
    expectClose(
      weights(UNCERTAINTY, losses, state).flat(),
      losses.flat().map((loss) => 1 / (2 * loss)),
      0.02,
    );
  });

  test("weighs one task alone", () => {
    expectClose(stateAfter(UNCERTAINTY, 800, [[0.3]], [1], 0.03).s.dataSync(), [Math.log(0.3)], 1e-3);
  });
});

describe("famo", () => {
  test("begins with the gradient of the mean log loss in the losses' own scale: weights by 1 / L, of sum 1", () => {
    const state = initialMethodState(tf, FAMO, "adam", [1, 3]);
    expectClose(weights(FAMO, [[0.1, 0.2, 0.4]], state).flat(), [4 / 7, 2 / 7, 1 / 7], 1e-6);
  });

  test.each([
    [0.99, 0.9],
    [0.99, 0.9, 0.95],
  ])("gives weight to the task whose log loss falls least: %j %j", (...falls) => {
    const state = stateAfter(FAMO, 40, [falls.map(() => 0.5)], falls, 0.025);
    const [first, second] = (weights(FAMO, [falls.map(() => 0.5)], state)[0] ?? []) as [number, number];
    expect(first).toBeGreaterThan(2 * second);
  });

  test("goes down z (fall - the mean fall) and a thousandth of the logits", () => {
    const [logits, losses, falls] = [
      [2, -1, 0.5],
      [0.5, 0.2, 0.9],
      [0.99, 0.97, 0.9],
    ] as const;
    const powers = logits.map(Math.exp);
    const z = powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
    const gains = falls.map((fall) => -Math.log(fall)); // the log losses' falls
    const mean = z.reduce((sum, share, k) => sum + share * gains[k], 0);
    const slopes = z.map((share, k) => share * (gains[k] - mean) + 0.001 * (logits[k] as number));
    const moment = tf.tidy(() => {
      const [zeros, before] = [tf.zeros([1, 3]), tf.tensor2d([[...losses]])];
      const state = { logits: tf.tensor2d([[...logits]]), "logits/m": zeros, "logits/v": zeros };
      const lossesAfter = () => tf.mul(before, tf.tensor1d([...falls])) as Tensor;
      return FAMO.next(tf, state, before, { rates: { ...ADAM, rate: 0.025 }, lossesAfter })["logits/m"]?.dataSync();
    });
    expectClose(
      moment,
      slopes.map((slope) => 0.1 * slope),
      1e-7,
    ); // Adam's first moment
  });

  test("weighs one task alone by 1", () => {
    expect(weights(FAMO, [[0.3]], stateAfter(FAMO, 5, [[0.3]], [0.8], 0.025))).toEqual([[1]]);
  });
});

describe("gradnorm", () => {
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
});
