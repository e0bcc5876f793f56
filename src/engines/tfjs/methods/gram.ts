// Products with the Gram matrices of K tasks' gradients, for R replicas at once. K is small: they are elementwise.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { TINY } from "./method.ts";

/** M [R, K, K], v [R, K] → M v, [R, K]; M is symmetric. */
export function times(tf: Tf, M: Tensor, v: Tensor): Tensor {
  return tf.sum(tf.mul(M, tf.expandDims(v, 1)), 2);
}

/** a, b [R, K] → a · b, [R, 1]. */
export function dot(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.sum(tf.mul(a, b), 1, true);
}

/** The diagonal of M [R, K, K], [R, K]. */
export function diagonal(tf: Tf, M: Tensor): Tensor {
  return tf.sum(tf.mul(M, identity(tf, M.shape[1] as number)), 2);
}

/** Squared norms of the gradients [R, K], none below TINY. */
export function squaredNorms(tf: Tf, gram: Tensor): Tensor {
  return tf.maximum(diagonal(tf, gram), TINY);
}

/** M [R, K, K] in units of its largest diagonal element, which keeps products of its elements within float32. */
export function scaled(tf: Tf, M: Tensor): Tensor {
  return tf.div(M, tf.expandDims(tf.max(squaredNorms(tf, M), 1, true), 2));
}

/** [K, K]. */
export function identity(tf: Tf, K: number): Tensor {
  return tf.tensor2d(Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i === j ? 1 : 0))));
}
