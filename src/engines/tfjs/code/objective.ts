import type { Tensor } from "@tensorflow/tfjs-core";
import type { Batch } from "../model/objective.ts";
import { lossesOf, meanLosses } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { predictCode } from "./predict.ts";

/**
 * Losses [K], means over the batch x [B, D], y [B, K], and the gradients of the objective by each parameter: of the
 * losses' sum over tasks and the model's penalty.
 */
export function codeGradients(
  tf: Tf,
  loaded: LoadedCode,
  parameters: readonly Tensor[],
  { x, y }: Batch,
  huberDelta: number | null,
): { losses: Tensor; gradients: Tensor[] } {
  const K = loaded.model.tasks;
  return tf.tidy(() => {
    const terms = (...values: Tensor[]) => {
      const { outputs, penalty } = predictCode(tf, loaded, x, values);
      const losses = tf.reshape(meanLosses(tf, tf.reshape(tf.sub(outputs, y), [1, -1, K]), huberDelta), [K]);
      return tf.concat([losses, penalty ? tf.reshape(penalty, [1]) : tf.zeros([1])]);
    };
    const { value, grads } = tf.valueAndGrads(terms)([...parameters], tf.ones([K + 1]));
    return { losses: tf.slice(value, [0], [K]), gradients: grads };
  });
}

/** The loss of each prediction of x [B, D], y [B, K] → [B, K]. */
export function codeLosses(
  tf: Tf,
  loaded: LoadedCode,
  parameters: readonly Tensor[],
  { x, y }: Batch,
  huberDelta: number | null,
): Tensor {
  return tf.tidy(() => {
    const { outputs } = predictCode(tf, loaded, x, parameters);
    return lossesOf(tf, tf.sub(outputs, y), huberDelta);
  });
}
