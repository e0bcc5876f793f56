import { dot, scaled, times } from "./gram.ts";
import { type GradientMethod, TINY } from "./method.ts";
import { simplexMinimum } from "./simplex.ts";

/** How far from the mean gradient, in its lengths; .5 in the authors' code. */
const C = 0.5;

/**
 * CAGrad (Liu et al., NeurIPS 2021, Algorithm 1): the mean gradient g_0 plus C |g_0| along g_w, the mean by the weights
 * w that minimize g_w · g_0 + C |g_0| |g_w|.
 */
export const CAGRAD: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const M = scaled(tf, gram);
    const mean = tf.mul(tf.onesLike(tf.sum(M, 2)), 1 / (M.shape[1] as number));
    const p = times(tf, M, mean);
    const length = tf.sqrt(tf.maximum(dot(tf, mean, p), TINY)); // |g_0|
    const kappa = tf.mul(length, C);
    const w = simplexMinimum(tf, { M, p, kappa });
    const lengthOfMix = tf.sqrt(tf.maximum(dot(tf, w, times(tf, M, w)), TINY));
    return { shared: tf.add(mean, tf.mul(w, tf.div(kappa, lengthOfMix))) };
  },
};
