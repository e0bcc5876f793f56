import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { divisor, elementsOfTwo, scaled, sharesOfTwo, simplexMinimum, times, withOthers } from "./algebra.ts";
import type { GradientMethod, Present } from "./method.ts";

/**
 * MGDA (Sener and Koltun, NeurIPS 2018, eq. 3): the shortest vector that is a weighted mean of the gradients, as they
 * are.
 */
export const MGDA: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, present }) {
    const M = withOthers(tf, scaled(tf, gram), present); // a gradient of 0 would be the shortest mean
    const [R, K] = M.shape as [number, number];
    const shared =
      K === 2 ? shortestOfTwo(tf, M) : simplexMinimum(tf, [R, K], (w) => ({ slopes: times(tf, M, w), hessian: M }));
    return { shared: present ? ofSumOne(tf, tf.mul(shared, present), present) : shared };
  },
};

/** Weights [R, K] times a number for each replica. Orthogonal gradients do not change the others' weights but for it. */
function ofSumOne(tf: Tf, weights: Tensor, present: Present): Tensor {
  return tf.div(weights, divisor(tf, tf.sum(weights, 1, true), present));
}

/** Float32's rounding: gradients no further apart than this get a half each. */
const ROUNDING = 1e-7;

/** (g_2 - g_1) · g_2 / |g_1 - g_2|², from 0 to 1, of the first. */
function shortestOfTwo(tf: Tf, M: Tensor): Tensor {
  const [a, b, c] = elementsOfTwo(tf, M);
  const squaredDistance = tf.maximum(tf.sub(tf.add(a, c), tf.mul(b, 2)), 0);
  return sharesOfTwo(tf, tf.div(tf.add(tf.sub(c, b), ROUNDING / 2), tf.add(squaredDistance, ROUNDING)));
}
