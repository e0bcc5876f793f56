import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec } from "../../../models/spec.ts";
import type { Tf } from "../tf.ts";
import { type Dropout, predict } from "./forward.ts";
import { layersOf } from "./pack.ts";

/** Rows of R replicas: x [R, B, D], y [R, B, K]. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** The errors [R, B, K] of a model's predictions. */
export function errorsOf(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  { x, y }: Batch,
  dropout?: Dropout,
): Tensor {
  return tf.tidy(() => tf.sub(predict(tf, spec, layersOf(spec, parameters), x, dropout), y));
}

/**
 * Task losses [R, K], mean squared errors of each replica's rows, with the gradients of the objective, their sum over
 * tasks. The sum runs over replicas too: no parameter of a replica touches the losses of another, so each gets the
 * gradient of its own.
 */
export function lossesAndGradients(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  batch: Batch,
  dropout?: Dropout,
): { losses: Tensor; gradients: Tensor[] } {
  const R = batch.x.shape[0] as number;
  return tf.tidy(() => {
    const losses = (...parameters: Tensor[]) => meanSquares(tf, errorsOf(tf, spec, parameters, batch, dropout));
    const { value, grads } = tf.valueAndGrads(losses)([...parameters], tf.ones([R, spec.tasks]));
    return { losses: value, gradients: grads };
  });
}

/**
 * Errors e [R, B, K] → their mean squares over B, [R, K]; the gradient 2 e / B is one operation instead of tfjs's six.
 */
function meanSquares(tf: Tf, errors: Tensor): Tensor {
  const [R, B, K] = errors.shape as [number, number, number];
  const mean = tf.customGrad((...inputs) => {
    const [errors, save] = inputs as [Tensor, GradSaveFunc];
    save([errors]);
    const gradFunc = (dy: Tensor, [saved]: Tensor[]) =>
      tf.mul(saved as Tensor, tf.mul(tf.reshape(dy, [R, 1, K]), 2 / B));
    return { value: tf.mean(tf.square(errors), 1), gradFunc };
  });
  return mean(errors);
}
