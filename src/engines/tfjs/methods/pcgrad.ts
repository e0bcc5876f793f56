import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { identity, squaredNorms } from "./algebra.ts";
import type { GradientMethod } from "./method.ts";

/**
 * PCGrad (Yu et al., NeurIPS 2020, Algorithm 1): each task's gradient loses its part along the gradient of every task
 * that it conflicts with, one after the other in a random order, and the results are added.
 */
export const PCGRAD: GradientMethod = {
  weighs: "gradients",
  initial: () => ({}),
  combine(tf, { gram, order }) {
    const K = gram.shape[1] as number;
    const rounds = order ? tf.unstack(order, 1) : onlyOrder(tf, K);
    const squared = tf.expandDims(squaredNorms(tf, gram), 1); // [R, 1, K]
    const projected = rounds.reduce<Tensor>(
      (weights, chosen) => {
        const products = tf.mul(tf.matMul(weights, gram), chosen); // with the original gradients
        return tf.sub(weights, tf.div(tf.minimum(products, 0), squared));
      },
      tf.mul(tf.onesLike(gram), identity(tf, K)), // row i: weights of the original gradients in that of task i
    );
    return { shared: tf.sum(projected, 1) };
  },
};

/** Of two tasks each has one other; one has none. */
function onlyOrder(tf: Tf, K: number): Tensor[] {
  if (K > 2) throw new RangeError(`pcgrad: expected an order of ${K} tasks, got none`);
  return K === 2 ? [tf.sub(1, identity(tf, K))] : [];
}
