import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { dot, times } from "./gram.ts";
import { TINY } from "./method.ts";

export interface Objective {
  /** Positive semidefinite, [R, K, K]. */
  readonly M: Tensor;
  /** [R, K]; 0 if absent. */
  readonly p?: Tensor;
  /** [R, 1]; 1 if absent. */
  readonly kappa?: Tensor;
}

/** Iterations for K > 2: the errors that are left are those of float32. */
const ITERATIONS_A_TASK = 8;

/**
 * The weights w [R, K], none negative, of sum 1, that minimize p · w + kappa sqrt(w' M w): by pairwise Frank-Wolfe
 * (Lacoste-Julien and Jaggi, NeurIPS 2015), which moves weight from the worst task to the best and so far as is best.
 * Of two tasks the first move is the solution.
 */
export function simplexMinimum(tf: Tf, objective: Objective): Tensor {
  const K = objective.M.shape[1] as number;
  const iterations = K > 2 ? ITERATIONS_A_TASK * K : 1;
  let w = tf.mul(tf.onesLike(tf.sum(objective.M, 2)), 1 / K);
  for (let i = 0; i < iterations; i++) w = moved(tf, w, objective);
  return w;
}

function moved(tf: Tf, w: Tensor, { M, p = tf.scalar(0), kappa = tf.scalar(1) }: Objective): Tensor {
  const K = w.shape[1] as number;
  const product = times(tf, M, w);
  const q0 = dot(tf, w, product);
  const slopes = tf.add(p, tf.mul(kappa, tf.div(product, tf.sqrt(tf.maximum(q0, TINY)))));
  const oneHot = (i: Tensor) => tf.cast(tf.oneHot(tf.cast(i, "int32"), K), "float32");
  const best = oneHot(tf.argMax(tf.neg(slopes), 1));
  const worst = oneHot(tf.argMax(tf.where(tf.greater(w, 0), slopes, tf.fill(w.shape, LOWEST)), 1));
  const direction = tf.sub(best, worst);
  const along = times(tf, M, direction);
  const [q1, q2] = [dot(tf, w, along), tf.maximum(dot(tf, direction, along), TINY)];
  const step = bestStep(tf, { q0, q1, q2 }, tf.div(dot(tf, p, direction), kappa));
  const bounded = tf.minimum(tf.maximum(step, 0), dot(tf, worst, w));
  return tf.maximum(tf.add(w, tf.mul(direction, bounded)), 0);
}

const LOWEST = -3e38;
/** Slopes beyond this have no minimum but at an end. */
const STEEPEST = 1 - 1e-6;

/** The t that minimizes slope t + sqrt(q0 + 2 q1 t + q2 t²), [R, 1]; very large where there is none. */
function bestStep(tf: Tf, { q0, q1, q2 }: Record<"q0" | "q1" | "q2", Tensor>, slope: Tensor): Tensor {
  const ratio = tf.clipByValue(tf.neg(tf.div(slope, tf.sqrt(q2))), -STEEPEST, STEEPEST);
  const rest = tf.maximum(tf.sub(tf.mul(q0, q2), tf.square(q1)), 0);
  const u = tf.mul(ratio, tf.sqrt(tf.div(rest, tf.sub(1, tf.square(ratio)))));
  return tf.div(tf.sub(u, q1), q2);
}
