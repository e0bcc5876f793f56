// Methods whose weights of the losses follow from the losses themselves, now and before, or from chance.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { divisor, presentMean } from "./algebra.ts";
import type { Constants, LossMethod, MethodState, Present } from "./method.ts";

/** Added to losses that are divided by, or have a logarithm. */
export const LOSS_EPSILON = 1e-8;

const positive = (tf: Tf, losses: Tensor) => tf.add(losses, LOSS_EPSILON);

/** Weights that depend on nothing before the step. */
const memoryless = (weights: LossMethod["weights"]): LossMethod => ({
  weighs: "losses",
  initial: () => ({}),
  weights,
  next: (_, state) => state,
});

/** The gradient of sum_k log L_k. */
export const LOG = memoryless((tf, losses) => tf.reciprocal(positive(tf, losses)));

/** That of the geometric mean of the losses (GLS, Chennupati et al., CVPR workshops 2019). */
export const GLS = memoryless((tf, losses, _, { present }) => {
  const all = positive(tf, losses);
  const mean = tf.exp(presentMean(tf, tf.log(all), present));
  return tf.div(tf.div(mean, tf.maximum(countOf(tf, losses, present), 1)), all);
});

/** Random weighting (Lin et al., TMLR 2022): the softmax of normals that are new at each step, times the number of tasks. */
export const RLW = memoryless((tf, losses, _, { present, normals }) => {
  if (!normals) throw new RangeError("rlw: expected normals of the tasks, got none");
  return shares(tf, normals, present, countOf(tf, losses, present));
});

/**
 * Dynamic weight average (Liu et al., CVPR 2019, eq. 7): the softmax of the ratios of the mean losses of the latest two windows, over a
 * temperature, times the number of tasks. A ratio is 1 before two windows are full.
 */
export const dwa = ({ temperature, window }: Constants): LossMethod => ({
  weighs: "losses",
  initial: () => ({ sums: 0, counts: 0, newer: 0, older: 0 }),
  weights(tf, losses, { newer, older }, { present }) {
    const isKnown = tf.greater(older, 0);
    const ratios = tf.where(isKnown, tf.div(newer, tf.where(isKnown, older, tf.onesLike(older))), tf.onesLike(newer));
    return shares(tf, tf.div(ratios, temperature), present, countOf(tf, losses, present));
  },
  next(tf, { sums, counts, newer, older }, losses) {
    const filled = filledWindows(tf, { sums, counts }, losses, window);
    const isOpen = tf.less(filled.counts, window);
    return {
      sums: tf.where(isOpen, filled.sums, tf.zerosLike(sums)),
      counts: tf.where(isOpen, filled.counts, tf.zerosLike(counts)),
      newer: tf.where(isOpen, newer, tf.div(filled.sums, filled.counts)),
      older: tf.where(isOpen, older, newer),
    };
  },
});

/**
 * Smooth Tchebycheff scalarization (Lin et al., ICML 2024, eq. 10): the objective is mu log sum_k exp(y_k / mu) times the number of
 * tasks, y_k the logarithm of the loss in units of its mean over the first window; in that window it is 0.
 */
export const stch = ({ mu, window }: Constants): LossMethod => ({
  weighs: "losses",
  initial: () => ({ sums: 0, counts: 0 }),
  weights(tf, losses, { sums, counts }, { present }) {
    const units = tf.where(tf.less(counts, window), losses, tf.div(sums, tf.maximum(counts, 1)));
    const y = tf.sub(tf.log(positive(tf, losses)), tf.log(positive(tf, units)));
    return tf.div(shares(tf, tf.div(y, mu), present, countOf(tf, losses, present)), positive(tf, losses));
  },
  next: (tf, state, losses) => filledWindows(tf, state, losses, window),
});

/** Sums and numbers of the losses of each task's window after a batch; one that is full stays as it is. */
function filledWindows(tf: Tf, { sums, counts }: MethodState, losses: Tensor, window: number) {
  const isOpen = tf.less(counts, window);
  return {
    sums: tf.where(isOpen, tf.add(sums, losses), sums),
    counts: tf.where(isOpen, tf.add(counts, 1), counts),
  };
}

/** How many tasks the batch has labels of, [R, 1]. */
function countOf(tf: Tf, losses: Tensor, present: Present): Tensor {
  return tf.sum(present ?? tf.onesLike(losses), 1, true);
}

/**
 * The softmax of the logits [R, K] of tasks that are present, times `sum` [R, 1]. TensorFlow's own, of a variable in a graph, prints
 * warnings.
 */
export function shares(tf: Tf, logits: Tensor, present: Present, sum: Tensor | number = 1): Tensor {
  const all = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
  const powers = present ? tf.mul(all, present) : all;
  return tf.mul(tf.div(powers, divisor(tf, tf.sum(powers, 1, true), present)), sum);
}
