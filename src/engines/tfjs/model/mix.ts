// What the towers read: experts of R replicas, mixed by gates or otherwise.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { type ModelSpec, ownExpertsOf } from "../../../models/spec.ts";
import { withGradient } from "../gradients.ts";
import type { Tf } from "../tf.ts";
import { product } from "./products.ts";

/** What experts are mixed by: weights of gates [R, B, gates, E], or links with a step's noise [R, K, E]. */
export interface Mixers {
  readonly weights?: Tensor | undefined;
  readonly links?: Links | undefined;
  readonly noise?: Tensor | undefined;
}

/** Expert outputs [R, B, E, H] → what each tower reads, [R, K, B, H]. */
export function mix(tf: Tf, spec: ModelSpec, outputs: Tensor, { weights, links, noise }: Mixers): Tensor {
  const { experts, gating } = spec;
  switch (gating) {
    case "none":
    case "average":
    case "cross-stitch":
    case "l2-constrained":
    case "tensor-factorization":
      if (experts.perTask > 0) return eachTask(tf, spec, outputs, (seen) => tf.mean(seen, 2));
      return forAllTasks(tf, spec, outputs.shape[2] === 1 ? outputs : tf.mean(outputs, 2, true)); // of one, the bottom
    case "single":
      return forAllTasks(tf, spec, tf.matMul(weights as Tensor, outputs));
    case "per-task":
      if (experts.perTask > 0) return eachTask(tf, spec, outputs, (seen, k) => ownMix(tf, seen, weights as Tensor, k));
      return byTask(tf, tf.matMul(weights as Tensor, outputs));
    case "residual":
      return byTask(tf, tf.add(tf.matMul(weights as Tensor, outputs), ownOutputs(tf, spec, outputs)));
    case "detached":
      return byTask(tf, detachedMix(tf, spec, outputs, weights as Tensor));
    case "snr-trans":
      return linked(tf, outputs, links as Links, noise);
    default:
      return unreachable(gating);
  }
}

/** [R, B, K, H] → [R, K, B, H]. */
export function byTask(tf: Tf, mixed: Tensor): Tensor {
  return tf.transpose(mixed, [0, 2, 1, 3]);
}

/** One mix [R, B, 1, H] that all towers read → [R, K, B, H]. */
function forAllTasks(tf: Tf, { tasks }: ModelSpec, mixed: Tensor): Tensor {
  return tf.concat(new Array<Tensor>(tasks).fill(byTask(tf, mixed)), 1);
}

/** The mix [R, B, H] that each task makes of the experts [R, B, E, H] that it sees → [R, K, B, H]. */
function eachTask(tf: Tf, spec: ModelSpec, outputs: Tensor, mixOf: (seen: Tensor, task: number) => Tensor): Tensor {
  const [R, B, , H] = outputs.shape as [number, number, number, number];
  const mixes = Array.from({ length: spec.tasks }, (_, k) => {
    const seen = ownExpertsOf(spec, k).map((e) => tf.slice(outputs, [0, 0, e, 0], [R, B, 1, H]));
    return mixOf(tf.concat(seen, 2), k); // in the order of its gate's outputs
  });
  return tf.stack(mixes, 1);
}

/** Experts [R, B, E, H] by the weights of the task's gate → [R, B, H]. */
function ownMix(tf: Tf, experts: Tensor, weights: Tensor, task: number): Tensor {
  const [R, B, E, H] = experts.shape as [number, number, number, number];
  const gate = tf.slice(weights, [0, 0, task, 0], [R, B, 1, E]);
  return tf.reshape(tf.matMul(gate, experts), [R, B, H]);
}

/** Each task's own expert, of one a task → [R, B, K, H]. */
function ownOutputs(tf: Tf, { experts, tasks }: ModelSpec, outputs: Tensor): Tensor {
  const [R, B, , H] = outputs.shape as [number, number, number, number];
  return tf.slice(outputs, [0, 0, experts.shared, 0], [R, B, tasks, H]);
}

/** weights [R, B, K, E] times outputs [R, B, E, H]; an expert gets a gradient from the tasks alone that it learns from. */
function detachedMix(tf: Tf, spec: ModelSpec, outputs: Tensor, weights: Tensor): Tensor {
  const E = outputs.shape[2] as number;
  const learns = Array.from({ length: spec.tasks }, (_, k) => {
    const own = ownExpertsOf(spec, k);
    return Array.from({ length: E }, (_, e) => (own.includes(e) ? 1 : 0));
  });
  const forward = (weights: Tensor, outputs: Tensor) => [tf.matMul(weights, outputs), weights, outputs] as const;
  return withGradient(tf, [weights, outputs], forward, (dy, [weights, outputs]) => {
    const taught = tf.mul(weights, tf.tensor2d(learns)); // [R, B, K, E]
    return [tf.matMul(dy, outputs, false, true), tf.matMul(taught, dy, true, false)];
  });
}

/**
 * SNR-Trans (Ma et al., AAAI 2019): a task reads the sum of the experts, each through a matrix and a random gate. One of each
 * for each pair of a task and an expert, (1, 1), (1, 2), ..
 */
export interface Links {
  /** [R, K*E, H, H]. */
  readonly kernels: Tensor;
  /** [R, 1, K, E]. */
  readonly logAlphas: Tensor;
}

/** Temperature of the hard concrete distribution, and the interval that it is stretched to. */
const HARD_CONCRETE = { beta: 2 / 3, gamma: -0.1, zeta: 1.1 } as const;

/** Expert outputs [R, B, E, H], and a step's noise [R, K, E] if there is any → sum_e z_ke W_ke f_e, [R, K, B, H]. */
function linked(tf: Tf, outputs: Tensor, { kernels, logAlphas }: Links, noise?: Tensor): Tensor {
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
  const stretched = (s: Tensor) => tf.add(tf.mul(s, zeta - gamma), gamma);
  const forward = (x: Tensor) => {
    const s = tf.sigmoid(x);
    return [tf.minimum(tf.maximum(stretched(s), 0), 1), s] as const;
  };
  return withGradient(tf, [x], forward, (dy, [s]) => {
    const gate = stretched(s);
    const isInside = tf.mul(tf.step(gate), tf.step(tf.sub(1, gate)));
    return tf.mul(tf.mul(dy, isInside), tf.mul(tf.mul(s, tf.sub(1, s)), zeta - gamma));
  });
}
