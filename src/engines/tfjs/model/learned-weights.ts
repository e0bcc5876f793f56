import type { Tensor } from "@tensorflow/tfjs-core";
import { PLAIN_TRAINING, valuesOf } from "../../training-settings.ts";
import type { Tf } from "../tf.ts";
import { divisor, innerProducts, presentMean, squaredNorms } from "./algebra.ts";
import { LOSS_EPSILON, shares } from "./loss-weights.ts";
import {
  type Constants,
  type GradientMethod,
  KEPT,
  type LearnedBy,
  type LossMethod,
  type MethodState,
  type Present,
  TINY,
} from "./method.ts";
import { type LearningRates, updated } from "./optimizer.ts";

/**
 * FAMO (Liu et al., NeurIPS 2023, Algorithm 1): the objective is sum_k z_k log L_k over sum_k z_k / L_k as it is, with z
 * = softmax(logits). A task whose log loss falls less by the step than the others' gets a larger z_k. Of a batch that has no
 * label of some tasks, the softmax is over the others.
 */
export const famo = ({ rate, decay }: Constants): LossMethod => ({
  weighs: "losses",
  initial: () => learned("logits", 0, PLAIN_TRAINING),
  learningRate: rate,
  weights(tf, losses, { logits }, { present }) {
    const ratios = tf.div(shares(tf, logits, present), tf.add(losses, LOSS_EPSILON)); // z_k / L_k
    return tf.div(ratios, divisor(tf, tf.sum(ratios, 1, true), present));
  },
  next(tf, state, losses, { present, rates, lossesAfter }) {
    const logLoss = (of: Tensor) => tf.log(tf.add(of, LOSS_EPSILON));
    const falls = tf.sub(logLoss(losses), logLoss(lossesAfter()));
    const z = shares(tf, state.logits, present);
    const slopes = tf.mul(z, tf.sub(falls, innerProducts(tf, z, falls)));
    return descended(tf, state, "logits", tf.add(slopes, tf.mul(state.logits, decay)), rates);
  },
});

/**
 * GradNorm (Chen et al., ICML 2018, Algorithm 1): loss weights w_k, of sum K. They descend sum_k |w_k |g_k| - target_k|,
 * whose targets, the mean of w |g| times r_k^alpha, are held fixed; r_k is the task's loss relative to that of its first
 * batch, over the mean of these ratios. Norms are those over all shared parameters.
 */
export const gradnorm = ({ alpha, rate }: Constants): GradientMethod => ({
  weighs: "gradients",
  initial: () => ({ first: 0, ...learned("w", 1, PLAIN_TRAINING) }),
  learningRate: rate,
  combine(tf, { gram, losses, present, state, rates }) {
    const w = state.w;
    const before = state.first;
    const first = tf.where(tf.greater(before, 0), before, losses);
    const ratios = tf.div(losses, divisor(tf, first, present));
    const r = tf.div(ratios, divisor(tf, presentMean(tf, ratios, present), present));
    const lengths = tf.sqrt(squaredNorms(tf, gram));
    const weighed = tf.mul(w, lengths);
    const targets = tf.mul(presentMean(tf, weighed, present), tf.pow(r, alpha));
    const slopes = tf.mul(tf.sign(tf.sub(weighed, targets)), lengths);
    const next = descended(tf, state, "w", slopes, rates);
    const positive = tf.maximum(next.w, 0);
    return { shared: w, own: w, next: { ...next, first, w: normalised(tf, positive, w, present) } };
  },
});

/** Added to sums of squares that are divided by the root of: LibMTL's. */
const SQUARES_EPSILON = 1e-7;

/**
 * ExcessMTL (He et al., ICML 2024): loss weights of sum K grow by exp(rate e_k), with e_k the task's excess risk in units of its first: g'
 * H^-1 g over the shared parameters, H the roots of the sums of squares of all gradients so far.
 */
export const excess = ({ rate }: Constants): GradientMethod => ({
  weighs: "gradients",
  initial: () => ({ w: 1, first: 0, [KEPT]: 0 }),
  combine(tf, { gradients, isShared, present, state }) {
    const squares = tf.square(gradients);
    const sums = tf.add(state[KEPT], squares);
    const parts = tf.div(squares, tf.sqrt(tf.add(sums, SQUARES_EPSILON)));
    const risks = tf.sum(tf.mul(parts, isShared), 2);
    const first = tf.where(tf.greater(state.first, 0), state.first, risks);
    const powers = tf.mul(tf.div(risks, tf.maximum(first, TINY)), rate);
    const grown = tf.mul(state.w, tf.exp(tf.sub(powers, tf.max(powers, 1, true))));
    const w = normalised(tf, tf.maximum(grown, TINY), state.w, present);
    return { shared: w, own: w, next: { w, first, [KEPT]: sums } };
  },
});

/** Weights times a number, so that their sum is K; those of tasks that are not present stay what they were. */
function normalised(tf: Tf, weights: Tensor, before: Tensor, present: Present): Tensor {
  const K = weights.shape[1] as number;
  if (!present) return tf.mul(weights, tf.div(K, tf.sum(weights, 1, true)));
  const room = tf.sub(K, innerProducts(tf, before, tf.sub(1, present)));
  return tf.mul(weights, tf.div(room, divisor(tf, innerProducts(tf, weights, present), present)));
}

/**
 * Uncertainty weighting (Kendall et al., CVPR 2018, eq. 7): the objective is sum_k exp(-s_k) L_k / 2 + s_k / 2, with s_k
 * = log sigma_k², learned with the parameters from 0. Where L_k stays as it is, s_k ends at log L_k.
 */
export const UNCERTAINTY: LossMethod = {
  weighs: "losses",
  initial: (optimizer) => learned("s", 0, optimizer),
  learningRate: "run",
  weights: (tf, _, { s }) => tf.mul(tf.exp(tf.neg(s)), 0.5),
  next(tf, state, losses, { rates }) {
    const slopes = tf.sub(0.5, tf.mul(tf.exp(tf.neg(state.s)), tf.mul(losses, 0.5)));
    return descended(tf, state, "s", slopes, rates);
  },
};

/** The state of a value from `start`, with the optimizer's moments. */
function learned(name: string, start: number, optimizer: LearnedBy): Record<string, number> {
  const all = Object.entries({ [name]: start, [`${name}/m`]: 0, [`${name}/v`]: 0 });
  return Object.fromEntries(all.slice(0, valuesOf(optimizer)));
}

/** The state of that value after a step down its gradient, [R, K]. */
function descended(tf: Tf, state: MethodState, name: string, gradient: Tensor, rates: LearningRates): MethodState {
  const [value, m, v] = [state[name], state[`${name}/m`], state[`${name}/v`]];
  const next = updated(tf, { parameters: value, ...(m && { m }), ...(v && { v }) }, gradient, rates);
  return {
    [name]: next.parameters,
    ...(next.m && { [`${name}/m`]: next.m }),
    ...(next.v && { [`${name}/v`]: next.v }),
  };
}
