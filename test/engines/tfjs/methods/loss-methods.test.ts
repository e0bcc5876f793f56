import type { Tensor } from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { FAMO, UNCERTAINTY } from "../../../../src/engines/tfjs/methods/learned-weights.ts";
import type { LossMethod, MethodState } from "../../../../src/engines/tfjs/methods/method.ts";
import { initialMethodState } from "../../../../src/engines/tfjs/methods/method-step.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { ADAM } from "../../../../src/engines/training-settings.ts";
import { expectClose } from "../../../support/close.ts";

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
