import type { Tensor } from "@tensorflow/tfjs";
import type { ModelSpec } from "../../models/spec.ts";
import { type Dropout, predict } from "./forward.ts";
import { layersOf } from "./pack.ts";
import type { Tf } from "./tf.ts";

/** Rows of R replicas: x [R, B, D], y [R, B, K]. */
export interface Batch {
  readonly x: Tensor;
  readonly y: Tensor;
}

/** Mean squared error of each replica's rows by task, [R, K]. */
export function taskLosses(
  tf: Tf,
  spec: ModelSpec,
  parameters: readonly Tensor[],
  { x, y }: Batch,
  dropout?: Dropout,
): Tensor {
  return tf.tidy(() => {
    const predictions = predict(tf, spec, layersOf(spec, parameters), x, dropout);
    return tf.mean(tf.squaredDifference(predictions, y), 1);
  });
}

/**
 * Task losses [R, K] with the gradients of the objective, their sum over tasks. The sum runs over replicas too: no
 * parameter of a replica touches the losses of another, so each gets the gradient of its own.
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
    const differentiate = tf.valueAndGrads((...tensors) => taskLosses(tf, spec, tensors, batch, dropout));
    const { value, grads } = differentiate([...parameters], tf.ones([R, spec.tasks]));
    return { losses: value, gradients: grads };
  });
}
