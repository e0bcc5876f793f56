import { eigen, scaled } from "./algebra.ts";
import { type GradientMethod, TINY } from "./method.ts";

/** float32's relative precision. */
const EPSILON = 2 ** -23;

/**
 * Aligned-MTL (Senushkin et al., CVPR 2023, Algorithm 1): the sum of the gradients after they were made orthogonal and as
 * long as the least principal component is, by G' = sqrt(least) G V S^-1 V', S the singular values of G. Components that
 * are rounding are left out.
 */
export const ALIGNED_MTL: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram }) {
    const K = gram.shape[1] as number;
    const { values, vectors } = eigen(tf, scaled(tf, gram));
    const limit = tf.maximum(tf.mul(tf.max(values, 1, true), K * EPSILON), TINY);
    const isKept = tf.greater(values, limit);
    const large = tf.fill(values.shape, LARGE);
    const least = tf.min(tf.where(isKept, values, large), 1, true);
    const factors = tf.where(isKept, tf.sqrt(tf.div(least, tf.maximum(values, limit))), tf.zerosLike(values)); // [R, K]
    const parts = tf.mul(tf.sum(vectors, 1), factors); // of (1, .., 1) along each component
    return { shared: tf.sum(tf.mul(vectors, tf.expandDims(parts, 1)), 2) };
  },
};

const LARGE = 1e30;
