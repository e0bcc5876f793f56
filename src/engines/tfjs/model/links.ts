// SNR-Trans (Ma et al., AAAI 2019): what a task reads is the sum of the experts, each through a matrix and a random gate.
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";
import { product } from "./products.ts";

/** One for each pair of a task and an expert, (1, 1), (1, 2), .. */
export interface Links {
  /** [R, K*E, H, H]. */
  readonly kernels: Tensor;
  /** [R, 1, K, E]. */
  readonly logAlphas: Tensor;
}

/** Temperature of the hard concrete distribution, and the interval that it is stretched to. */
const HARD_CONCRETE = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } as const;

/** Expert outputs [R, B, E, H], and a step's noise [R, K, E] if there is any → sum_e z_ke W_ke f_e, [R, K, B, H]. */
export function linked(tf: Tf, outputs: Tensor, { kernels, logAlphas }: Links, noise?: Tensor): Tensor {
  const [R, B, E, H] = outputs.shape as [number, number, number, number];
  const K = logAlphas.shape[2] as number;
  const byExpert = tf.transpose(outputs, [0, 2, 1, 3]); // [R, E, B, H]
  const moved = product(tf, tf.concat(new Array<Tensor>(K).fill(byExpert), 1), kernels); // [R, K*E, B, H]
  const z = linkGates(tf, tf.reshape(logAlphas, [R, K, E]), noise);
  const mixed = tf.matMul(tf.reshape(z, [R, K, 1, E]), tf.reshape(moved, [R, K, E, B * H]));
  return tf.reshape(mixed, [R, K, B, H]);
}

/**
 * log alpha → hard concrete gates z = min(1, max(0, s (zeta - gamma) + gamma)). With noise log u - log(1 - u), u uniform,
 * s = sigmoid((noise + log alpha) / beta); without, s = sigmoid(log alpha).
 */
export function linkGates(tf: Tf, logAlphas: Tensor, noise?: Tensor): Tensor {
  return hardSigmoid(tf, noise ? tf.mul(tf.add(logAlphas, noise), 1 / HARD_CONCRETE.beta) : logAlphas);
}

function hardSigmoid(tf: Tf, x: Tensor): Tensor {
  const { gamma, zeta } = HARD_CONCRETE;
  const gates = tf.customGrad((...inputs) => {
    const [x, save] = inputs as [Tensor, GradSaveFunc];
    const s = tf.sigmoid(x);
    save([s]);
    const stretched = tf.add(tf.mul(s, zeta - gamma), gamma);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => {
      const s = saved;
      const stretched = tf.add(tf.mul(s, zeta - gamma), gamma);
      const isInside = tf.mul(tf.step(stretched), tf.step(tf.sub(1, stretched)));
      return tf.mul(tf.mul(dy, isInside), tf.mul(tf.mul(s, tf.sub(1, s)), zeta - gamma));
    };
    return { value: tf.minimum(tf.maximum(stretched, 0), 1), gradFunc };
  });
  return gates(x);
}
