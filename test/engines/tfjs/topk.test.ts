import { expect, test } from "vitest";
import { type Backend, loadTf } from "../../../src/engines/tfjs/tf.ts";

test.each<Backend>(["wasm", "cpu"])(
  "on %s the gradient of the largest values goes to where they were",
  async (backend) => {
    const tf = await loadTf(backend);
    const x = tf.tensor2d([
      [0.3, 2, -1, 0.7],
      [5, 4, 6, 3],
    ]);
    const weights = tf.tensor2d([
      [10, 20],
      [30, 40],
    ]);
    const gradient = tf.grad((values) => tf.sum(tf.mul(tf.topk(values, 2).values, weights)))(x);
    expect(gradient.arraySync()).toEqual([
      [0, 10, 0, 20],
      [40, 0, 30, 0],
    ]);
  },
);
