import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { divisor, innerProducts, presentMean, squaredNorms } from "./algebra.ts";
import { descended, learned } from "./learned.ts";
import type { GradientMethod, Present } from "./method.ts";

/** How strongly slow tasks are favoured, as in the paper's experiments on real data. */
const ALPHA = 1.5;
/** Of the weights' Adam. */
const RATE = 0.025;

/**
 * GradNorm (Chen et al., ICML 2018, Algorithm 1): loss weights w_k, of sum K. They descend sum_k |w_k |g_k| - target_k|,
 * whose targets, the mean of w |g| times r_k^alpha, are held fixed; r_k is the task's loss relative to that of its first
 * batch, over the mean of these ratios. Norms are those over all shared parameters.
 */
export const GRADNORM: GradientMethod = {
  weighs: "gradients",
  initial: () => ({ first: 0, ...learned("w", 1, "adam") }),
  learningRate: RATE,
  combine(tf, { gram, losses, present, state, rates }) {
    const w = state.w;
    const before = state.first;
    const first = tf.where(tf.greater(before, 0), before, losses);
    const ratios = tf.div(losses, divisor(tf, first, present));
    const r = tf.div(ratios, divisor(tf, presentMean(tf, ratios, present), present));
    const lengths = tf.sqrt(squaredNorms(tf, gram));
    const weighed = tf.mul(w, lengths);
    const targets = tf.mul(presentMean(tf, weighed, present), tf.pow(r, ALPHA));
    const slopes = tf.mul(tf.sign(tf.sub(weighed, targets)), lengths);
    const next = descended(tf, state, "w", slopes, rates);
    const positive = tf.maximum(next.w, 0);
    return { shared: w, own: w, next: { ...next, first, w: normalised(tf, positive, w, present) } };
  },
};

/** Weights times a number, so that their sum is K; those of tasks that are not present stay what they were. */
function normalised(tf: Tf, weights: Tensor, before: Tensor, present: Present): Tensor {
  const K = weights.shape[1] as number;
  if (!present) return tf.mul(weights, tf.div(K, tf.sum(weights, 1, true)));
  const room = tf.sub(K, innerProducts(tf, before, tf.sub(1, present)));
  return tf.mul(weights, tf.div(room, divisor(tf, innerProducts(tf, weights, present), present)));
}
