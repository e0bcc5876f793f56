import type { Tensor } from "@tensorflow/tfjs-core";
import { hasPenalty, type ModelSpec } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { type Chance, outputsOf, predict } from "./forward.ts";
import { type LossRule, meanLosses, rowLosses, withGradientTimes } from "./losses.ts";

/** Rows of R replicas: x [R, B, D], y [R, B, K]. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** What is minimized: the tasks' losses, on units of which some are dropped and gates of which some are noisy. */
export interface Objective extends Chance, LossRule {}

/** The losses [R, B, K] of a model's predictions. */
export function predictionLosses(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  { x, y }: Batch,
  rule: LossRule,
): Tensor {
  return tf.tidy(() => rowLosses(tf, predict(tf, spec, parameters, x), y, rule));
}

/** Task losses [R, K], means over each replica's rows, and gradients of the parameters in their order. */
interface LossesAndGradients {
  readonly losses: Tensor;
  readonly gradients: Tensor[];
}

/**
 * Task losses with the gradients of the objective, their sum over tasks; with `weigh`, each times its weight: losses
 * [R, K] → weights [R, K]. The sum runs over replicas too: no parameter of a replica touches the losses of another, so
 * each gets the gradient of its own.
 */
export function lossesAndGradients(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  batch: Batch,
  objective: Objective,
  weigh?: (losses: Tensor) => Tensor,
): LossesAndGradients {
  const R = batch.x.shape[0];
  return tf.tidy(() => {
    const terms = termsOf(tf, spec, batch, objective, weigh);
    const { value, grads } = tf.valueAndGrads(terms)([...parameters], tf.ones([R, termCount(spec)]));
    return { losses: lossesIn(tf, spec, value), gradients: grads };
  });
}

/** Task losses of a batch alone, [R, K]. */
export function batchLosses(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  batch: Batch,
  objective: Objective,
): Tensor {
  return tf.tidy(() => lossesIn(tf, spec, termsOf(tf, spec, batch, objective)(...parameters)));
}

/** Task losses with the gradients of each task's loss alone, and of what the gates add to the objective, if they do. */
export function taskGradients(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  batch: Batch,
  objective: Objective,
): { losses: Tensor; ofTasks: Tensor[][]; ofPenalty?: Tensor[] } {
  const R = batch.x.shape[0];
  return tf.tidy(() => {
    const differentiate = tf.valueAndGrads(termsOf(tf, spec, batch, objective));
    const passes = Array.from({ length: termCount(spec) }, (_, term) => {
      const chosen = Array.from({ length: termCount(spec) }, (_, i) => (i === term ? 1 : 0));
      return differentiate([...parameters], tf.tile(tf.tensor2d([chosen]), [R, 1]));
    });
    const [ofPenalty] = passes.slice(spec.tasks).map(({ grads }) => grads);
    return {
      losses: lossesIn(tf, spec, (passes[0] as { value: Tensor }).value),
      ofTasks: passes.slice(0, spec.tasks).map(({ grads }) => grads),
      ...(ofPenalty && { ofPenalty }),
    };
  });
}

/** The terms of the objective as a function of the parameters: task losses [R, K], then what the gates add, if they do. */
function termsOf(
  tf: Tf,
  spec: ModelSpec,
  { x, y }: Batch,
  objective: Objective,
  weigh?: (losses: Tensor) => Tensor,
): (...parameters: Tensor[]) => Tensor {
  return (...parameters) => {
    const { predictions, penalty } = outputsOf(tf, spec, parameters, x, objective);
    const means = meanLosses(tf, predictions, y, objective);
    const losses = weigh ? withGradientTimes(tf, means, weigh) : means;
    return penalty ? tf.concat([losses, tf.reshape(penalty, [-1, 1])], 1) : losses;
  };
}

/** K, and one more with gates or a constraint that add a term of their own. */
function termCount(spec: ModelSpec): number {
  return spec.tasks + (hasPenalty(spec) ? 1 : 0);
}

function lossesIn(tf: Tf, spec: ModelSpec, terms: Tensor): Tensor {
  const [R, K] = [terms.shape[0], spec.tasks];
  return termCount(spec) > K ? tf.slice(terms, [0, 0], [R, K]) : terms;
}
