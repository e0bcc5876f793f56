// Linear algebra of R small matrices at once, in operations that a graph has too.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { type Present, TINY } from "./method.ts";

/** [K, K]. */
export function identity(tf: Tf, K: number): Tensor {
  return tf.tensor2d(Array.from({ length: K }, (_, i) => Array.from({ length: K }, (_, j) => (i === j ? 1 : 0))));
}

/** v [R, K] → matrices [R, K, K] with v on the diagonal. */
export function diagonalOf(tf: Tf, v: Tensor): Tensor {
  return tf.mul(tf.expandDims(v, 2), identity(tf, v.shape[1] as number));
}

/** The diagonal of M [R, K, K], [R, K]. */
export function diagonal(tf: Tf, M: Tensor): Tensor {
  return tf.sum(tf.mul(M, identity(tf, M.shape[1] as number)), 2);
}

/** M [R, K, K], v [R, K] → M v, [R, K]; M is symmetric. */
export function times(tf: Tf, M: Tensor, v: Tensor): Tensor {
  return tf.sum(tf.mul(M, tf.expandDims(v, 1)), 2);
}

/** The mean over those elements of v [R, K] where `present` [R, K] is 1, or over all, [R, 1]. */
export function presentMean(tf: Tf, v: Tensor, present: Present): Tensor {
  if (!present) return tf.mean(v, 1, true);
  return tf.div(innerProducts(tf, v, present), tf.maximum(tf.sum(present, 1, true), 1));
}

/** Values to divide by, none of them below TINY where a batch may have no labels at all. */
export function divisor(tf: Tf, values: Tensor, present: Present): Tensor {
  return present ? tf.maximum(values, TINY) : values;
}

/** a, b [R, K] → a · b, [R, 1]. */
export function innerProducts(tf: Tf, a: Tensor, b: Tensor): Tensor {
  return tf.sum(tf.mul(a, b), 1, true);
}

/** X [R, K, N] with A X = Y: A [R, K, K] positive definite. By Gauss and Jordan's elimination. */
export function solved(tf: Tf, A: Tensor, Y: Tensor): Tensor {
  const [R, K, N] = Y.shape as [number, number, number];
  let rows = tf.concat([A, Y], 2); // [R, K, K + N]
  for (let k = 0; k < K; k++) {
    const pivot = tf.slice(rows, [0, k, k], [R, 1, 1]);
    const unit = tf.slice(identity(tf, K), [0, k], [K, 1]);
    const factors = tf.sub(tf.slice(rows, [0, 0, k], [R, K, 1]), unit);
    rows = tf.sub(rows, tf.mul(factors, tf.div(tf.slice(rows, [0, k, 0], [R, 1, K + N]), pivot)));
  }
  return tf.slice(rows, [0, 0, K], [R, K, N]);
}
