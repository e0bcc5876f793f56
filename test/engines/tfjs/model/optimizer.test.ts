import { beforeAll, expect, test } from "vitest";
import { initialState, ratesAt, updated } from "../../../../src/engines/tfjs/model/optimizer.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { type Optimizer, PLAIN_TRAINING } from "../../../../src/engines/training-settings.ts";
import { expectClose } from "../../../support/close.ts";

const LR = 0.1;
/** Gradients of four parameters (two replicas of two) at each step; one is tiny, so that epsilon shows. */
const GRADIENTS = [
  [1, -2, 3e-8, 0.5],
  [0.5, -2, -1e-8, -0.25],
  [-3, 1, 2e-8, 4],
];

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

function trained(optimizer: Optimizer): Float32Array {
  return tf.tidy(() => {
    let state = initialState(tf, optimizer, tf.tensor([1, 2, 3, 4], [2, 2]));
    for (const [i, gradient] of GRADIENTS.entries())
      state = updated(tf, state, tf.tensor(gradient, [2, 2]), ratesAt({ ...PLAIN_TRAINING, optimizer, lr: LR }, i + 1));
    return state.parameters.dataSync<"float32">();
  });
}

test("adam moves by lr m̂ / (sqrt(v̂) + 1e-8), as in float64", () => {
  const expected = [1, 2, 3, 4].map((start, i) => {
    let [parameter, m, v] = [start, 0, 0];
    for (const [step, gradients] of GRADIENTS.entries()) {
      const gradient = gradients[i];
      m = 0.9 * m + 0.1 * gradient;
      v = 0.999 * v + 0.001 * gradient ** 2;
      parameter -= (LR * (m / (1 - 0.9 ** (step + 1)))) / (Math.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8);
    }
    return parameter;
  });
  expectClose(trained("adam"), expected, 1e-6);
});

test("sgd moves by lr times the gradient", () => {
  const expected = [1, 2, 3, 4].map((start, i) => GRADIENTS.reduce((sum, g) => sum - LR * g[i], start));
  expectClose(trained("sgd"), expected, 1e-6);
});

test("updated(state) leaves no tensor behind but the new state", () => {
  const state = initialState(tf, "adam", tf.ones([2, 2]));
  const gradient = tf.ones([2, 2]);
  const before = tf.memory().numTensors;
  const next = updated(tf, state, gradient, ratesAt({ ...PLAIN_TRAINING, lr: LR }, 1));
  expect(tf.memory().numTensors).toBe(before + 3);
  tf.dispose([state, gradient, next]);
});
