// Functions of DSelect-k (Hazimeh et al., NeurIPS 2021), elementwise, with their gradients.
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";

/** Added to numbers whose logarithm is taken, as in the authors' code. */
const EPSILON = 1e-6;

/** 0 up to -gamma / 2, 1 from gamma / 2 on, and between them -2 t³ / gamma³ + 3 t / (2 gamma) + 1/2. */
export function smoothStep(tf: Tf, t: Tensor, gamma: number): Tensor {
  const step = tf.customGrad((...inputs) => {
    const [t, save] = inputs as [Tensor, GradSaveFunc];
    const inner = tf.minimum(tf.maximum(t, -gamma / 2), gamma / 2);
    save([inner]);
    const linear = tf.add(tf.mul(inner, 3 / (2 * gamma)), 0.5);
    const value = tf.sub(linear, tf.mul(tf.mul(tf.square(inner), inner), 2 / gamma ** 3));
    const gradFunc = (dy: Tensor, [inner]: Tensor[]) =>
      tf.mul(dy, tf.sub(3 / (2 * gamma), tf.mul(tf.square(inner as Tensor), 6 / gamma ** 3)));
    return { value, gradFunc };
  });
  return step(t);
}

/** -r log r: the terms of an entropy. */
export function entropies(tf: Tf, r: Tensor): Tensor {
  const terms = tf.customGrad((...inputs) => {
    const [r, save] = inputs as [Tensor, GradSaveFunc];
    save([r]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => {
      const above = tf.add(saved as Tensor, EPSILON);
      return tf.neg(tf.mul(dy, tf.add(tf.log(above), tf.div(saved as Tensor, above))));
    };
    return { value: tf.neg(tf.mul(r, tf.log(tf.add(r, EPSILON)))), gradFunc };
  });
  return terms(r);
}
