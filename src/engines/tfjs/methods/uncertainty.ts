import { descended, learned } from "./learned.ts";
import type { LossMethod } from "./method.ts";

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
