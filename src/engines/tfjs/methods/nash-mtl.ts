import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { diagonalOf, identity, innerProducts, solved, squaredNorms, times } from "./algebra.ts";
import type { GradientMethod } from "./method.ts";

/** Newton's steps for K > 2. */
const STEPS = 14;
/** 1 + cos of two gradients is taken to be no less: opposite ones have no solution. */
const LEAST = 1e-6;

/**
 * Nash-MTL (Navon et al., ICML 2022, eq. 3): the weights a > 0 with G a = 1/a, G the gradients' inner products. With
 * a_k = b_k / |g_k|, C b = 1/b, C their cosines.
 */
export const NASH_MTL: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const lengths = tf.sqrt(squaredNorms(tf, gram));
    const apart = tf.sub(1, identity(tf, gram.shape[1] as number));
    const products = tf.mul(tf.expandDims(lengths, 1), tf.expandDims(lengths, 2));
    const cosines = tf.add(tf.mul(tf.div(gram, products), apart), identity(tf, gram.shape[1] as number));
    return { shared: tf.div(bargain(tf, cosines), lengths) };
  },
};

/**
 * b > 0 with C b = 1/b, [R, K]: the minimum of b' C b / 2 - sum log b, which is self-concordant, so that Newton's method
 * with steps of 1 / (1 + decrement) stays where b > 0 and ends at it.
 */
function bargain(tf: Tf, C: Tensor): Tensor {
  const K = C.shape[1] as number;
  let b: Tensor = tf.onesLike(tf.sum(C, 2));
  if (K <= 2) return tf.rsqrt(tf.maximum(times(tf, C, b), LEAST));
  for (let i = 0; i < STEPS; i++) {
    const slopes = tf.sub(times(tf, C, b), tf.reciprocal(b));
    const hessian = tf.add(C, diagonalOf(tf, tf.reciprocal(tf.square(b))));
    const step = tf.squeeze(solved(tf, hessian, tf.expandDims(slopes, 2)), [2]);
    const decrement = tf.sqrt(tf.maximum(innerProducts(tf, slopes, step), 0));
    b = tf.sub(b, tf.div(step, tf.add(decrement, 1)));
  }
  return b;
}
