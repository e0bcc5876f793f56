import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { divisor, innerProducts } from "./algebra.ts";
import { descended, learned } from "./learned.ts";
import type { LossMethod, Present } from "./method.ts";

/** As in the authors' code. */
const RATE = 0.025;
/** Decay of the logits. */
const GAMMA = 0.001;
/** Added to losses. */
const EPSILON = 1e-8;

/**
 * FAMO (Liu et al., NeurIPS 2023, Algorithm 1): the objective is sum_k z_k log L_k over sum_k z_k / L_k as it is, with z
 * = softmax(logits). A task whose log loss falls less by the step than the others' gets a larger z_k. Of a batch that has no
 * label of some tasks, the softmax is over the others.
 */
export const FAMO: LossMethod = {
  weighs: "losses",
  initial: () => learned("logits", 0, "adam"),
  learningRate: RATE,
  weights(tf, losses, { logits }, present) {
    const ratios = tf.div(shares(tf, logits, present), tf.add(losses, EPSILON)); // z_k / L_k
    return tf.div(ratios, divisor(tf, tf.sum(ratios, 1, true), present));
  },
  next(tf, state, losses, { present, rates, lossesAfter }) {
    const logLoss = (of: Tensor) => tf.log(tf.add(of, EPSILON));
    const falls = tf.sub(logLoss(losses), logLoss(lossesAfter()));
    const z = shares(tf, state.logits, present);
    const slopes = tf.mul(z, tf.sub(falls, innerProducts(tf, z, falls)));
    return descended(tf, state, "logits", tf.add(slopes, tf.mul(state.logits, GAMMA)), rates);
  },
};

/** The softmax of the logits. TensorFlow's own, of a variable in a graph, prints warnings. */
function shares(tf: Tf, logits: Tensor, present: Present): Tensor {
  const all = tf.exp(tf.sub(logits, tf.max(logits, 1, true)));
  const powers = present ? tf.mul(all, present) : all;
  return tf.div(powers, divisor(tf, tf.sum(powers, 1, true), present));
}
