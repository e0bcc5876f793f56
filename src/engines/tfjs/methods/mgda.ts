import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { elementsOfTwo, scaled, sharesOfTwo } from "./gram.ts";
import { times } from "./linear.ts";
import type { GradientMethod } from "./method.ts";
import { simplexMinimum } from "./simplex.ts";

/**
 * MGDA (Sener and Koltun, NeurIPS 2018, eq. 3): the shortest vector that is a weighted mean of the gradients, as they
 * are.
 */
export const MGDA: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const M = scaled(tf, gram);
    const [R, K] = M.shape as [number, number];
    if (K === 2) return { shared: shortestOfTwo(tf, M) };
    return { shared: simplexMinimum(tf, [R, K], (w) => ({ slopes: times(tf, M, w), hessian: M })) };
  },
};

/** Float32's rounding: gradients no further apart than this get a half each. */
const ROUNDING = 1e-7;

/** (g_2 - g_1) · g_2 / |g_1 - g_2|², from 0 to 1, of the first. */
function shortestOfTwo(tf: Tf, M: Tensor): Tensor {
  const [a, b, c] = elementsOfTwo(tf, M);
  const squaredDistance = tf.maximum(tf.sub(tf.add(a, c), tf.mul(b, 2)), 0);
  return sharesOfTwo(tf, tf.div(tf.add(tf.sub(c, b), ROUNDING / 2), tf.add(squaredDistance, ROUNDING)));
}
