// Gram matrices of K tasks' gradients, for R replicas at once.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { diagonal, diagonalOf } from "./linear.ts";
import { type Present, TINY } from "./method.ts";

/** Squared norms of the gradients [R, K], none below TINY. */
export function squaredNorms(tf: Tf, gram: Tensor): Tensor {
  return tf.maximum(diagonal(tf, gram), TINY);
}

/** In units of its largest diagonal element, which keeps products of its elements within float32. */
export function scaled(tf: Tf, gram: Tensor): Tensor {
  return tf.div(gram, tf.expandDims(tf.max(squaredNorms(tf, gram), 1, true), 2));
}

/** A scaled matrix in which tasks without a gradient have one of length 1, orthogonal to all others. */
export function withOthers(tf: Tf, M: Tensor, present: Present): Tensor {
  return present ? tf.add(M, diagonalOf(tf, tf.sub(1, present))) : M;
}

/** Elements (1, 1), (1, 2) and (2, 2) of those of two tasks, each [R, 1]. */
export function elementsOfTwo(tf: Tf, gram: Tensor): [Tensor, Tensor, Tensor] {
  const [a, b, , c] = tf.split(tf.reshape(gram, [-1, 4]), 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  return [a, b, c];
}

/** The share of the first of two tasks [R, 1] → weights of both, [R, 2]. */
export function sharesOfTwo(tf: Tf, first: Tensor): Tensor {
  const share = tf.minimum(tf.maximum(first, 0), 1);
  return tf.concat([share, tf.sub(1, share)], 1);
}
