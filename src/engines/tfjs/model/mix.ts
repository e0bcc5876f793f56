// What the towers read: experts of R replicas, mixed by gates or otherwise.
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { expertsOf, type ModelSpec, ownExpertsOf } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { type Links, linked } from "./links.ts";

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
    const seen = expertsOf(spec, k).map((e) => tf.slice(outputs, [0, 0, e, 0], [R, B, 1, H]));
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
  const mixed = tf.customGrad((...inputs) => {
    const [weights, outputs, save] = inputs as [Tensor, Tensor, GradSaveFunc];
    save([weights, outputs]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [weights, outputs] = saved as [Tensor, Tensor];
      const taught = tf.mul(weights, tf.tensor2d(learns)); // [R, B, K, E]
      return [tf.matMul(dy, outputs, false, true), tf.matMul(taught, dy, true, false)];
    };
    return { value: tf.matMul(weights, outputs), gradFunc };
  });
  return mixed(weights, outputs);
}
