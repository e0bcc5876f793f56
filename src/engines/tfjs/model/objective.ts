import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { gateKind, type ModelSpec } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { type Chance, outputsOf, predict } from "./forward.ts";
import { layersOf } from "./pack.ts";

/** Rows of R replicas: x [R, B, D], y [R, B, K]. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** What is minimized: the loss of an error, on units of which some are dropped and gates of which some are noisy. */
export interface Objective extends Chance {
  readonly huberDelta: number | null;
}

/** The errors [R, B, K] of a model's predictions. */
export function errorsOf(tf: Tf, spec: ModelSpec, parameters: readonly Tensor[], { x, y }: Batch): Tensor {
  return tf.tidy(() => tf.sub(predict(tf, spec, layersOf(spec, parameters), x), y));
}

/**
 * Task losses [R, K], means over each replica's rows, with the gradients of the objective, their sum over
 * tasks. The sum runs over replicas too: no parameter of a replica touches the losses of another, so each gets the
 * gradient of its own.
 */
export function lossesAndGradients(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  batch: Batch,
  { huberDelta, ...chance }: Objective,
): { losses: Tensor; gradients: Tensor[] } {
  const [R, K] = [batch.x.shape[0] as number, spec.tasks];
  return tf.tidy(() => {
    const losses = (...parameters: Tensor[]) => {
      const { predictions, penalty } = outputsOf(tf, spec, layersOf(spec, parameters), batch.x, chance);
      const means = meanLosses(tf, tf.sub(predictions, batch.y), huberDelta);
      return penalty ? tf.concat([means, tf.reshape(penalty, [R, 1])], 1) : means;
    };
    const terms = K + (gateKind(spec) === "dselect-k" ? 1 : 0);
    const { value, grads } = tf.valueAndGrads(losses)([...parameters], tf.ones([R, terms]));
    return { losses: terms > K ? tf.slice(value, [0, 0], [R, K]) : value, gradients: grads };
  });
}

/** The loss of each error, elementwise; see TrainingSettings. */
export function lossesOf(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  if (huberDelta === null) return tf.square(errors);
  return tf.tidy(() => {
    const slope = clipped(tf, errors, huberDelta);
    return tf.mul(slope, tf.sub(errors, tf.mul(slope, 0.5)));
  });
}

function clipped(tf: Tf, errors: Tensor, delta: number): Tensor {
  return tf.minimum(tf.maximum(errors, -delta), delta);
}

/**
 * Errors e [R, B, K] → their mean losses over B, [R, K]; the gradient, a slope times a constant, is one or two operations
 * instead of tfjs's six.
 */
export function meanLosses(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  const [R, B, K] = errors.shape as [number, number, number];
  const mean = tf.customGrad((...inputs) => {
    const [errors, save] = inputs as [Tensor, GradSaveFunc];
    save([errors]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) => {
      const slope = huberDelta === null ? (saved as Tensor) : clipped(tf, saved as Tensor, huberDelta);
      return tf.mul(slope, tf.mul(tf.reshape(dy, [R, 1, K]), (huberDelta === null ? 2 : 1) / B));
    };
    return { value: tf.mean(lossesOf(tf, errors, huberDelta), 1), gradFunc };
  });
  return mean(errors);
}
