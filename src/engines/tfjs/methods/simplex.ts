import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { diagonalOf, solved } from "./linear.ts";

/** First and second derivatives of a convex function of weights, [R, K] and [R, K, K]. */
interface Curve {
  readonly slopes: Tensor;
  readonly hessian: Tensor;
}

/** Newton's steps, the barrier's height at the first and its fall from one to the next, where slopes are of order 1. */
const STEPS = 16;
const HEIGHT = 0.1;
const FALL = 0.3;
/** Added to second derivatives: keeps a matrix of equal gradients apart from a singular one in float32. */
const RIDGE = 4e-6;
/** The part of the way to a weight of 0 that a step may go. */
const FARTHEST = 0.99;

/**
 * The weights [R, K], none negative, of sum 1, at which a convex function is least: by Newton's method within the barrier
 * - height * sum log w, which falls. It begins at equal weights.
 */
export function simplexMinimum(tf: Tf, [R, K]: readonly [number, number], curveAt: (w: Tensor) => Curve): Tensor {
  let w: Tensor = tf.fill([R, K], 1 / K);
  for (let step = 0, height = HEIGHT; step < STEPS; step++, height *= FALL) {
    const { slopes, hessian } = curveAt(w);
    const inverse = tf.reciprocal(w);
    const steep = tf.add(hessian, diagonalOf(tf, tf.add(tf.mul(tf.square(inverse), height), RIDGE)));
    const sides = tf.stack([tf.sub(slopes, tf.mul(inverse, height)), tf.onesLike(w)], 2);
    const [down, level] = tf.unstack(solved(tf, steep, sides), 2) as [Tensor, Tensor];
    const multiplier = tf.div(tf.sum(down, 1, true), tf.sum(level, 1, true)); // keeps the sum
    const direction = tf.sub(tf.mul(level, multiplier), down);
    const shrinks = tf.max(tf.neg(tf.mul(direction, inverse)), 1, true); // 1: a weight would become 0
    w = tf.add(w, tf.mul(direction, tf.div(FARTHEST, tf.maximum(shrinks, FARTHEST))));
  }
  return tf.div(w, tf.sum(w, 1, true));
}
