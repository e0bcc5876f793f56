import type { Tensor } from "@tensorflow/tfjs-core";
import type { Batch } from "../model/objective.ts";
import { elementLosses, meanLosses } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { type CodeValues, predictCode } from "./predict.ts";

/** What a training step computes of its batch. */
interface CodeStep {
  /** Of each task, [K], means over the rows. */
  readonly losses: Tensor;
  /** Of the objective by each parameter: of the losses' sum over tasks and the model's penalty. */
  readonly gradients: Tensor[];
  /** The model's state after the step. */
  readonly state: Tensor[];
}

/** A training step on x [B, D], y [B, K], before the update. */
export function codeStep(
  tf: Tf,
  loaded: LoadedCode,
  { parameters, state }: CodeValues,
  { x, y }: Batch,
  huberDelta: number | null,
): CodeStep {
  const K = loaded.model.tasks;
  return tf.tidy(() => {
    let kept: Tensor[] = []; // what is not returned is freed with the tape
    const terms = (...values: Tensor[]) => {
      const { outputs, penalty, state: next } = predictCode(tf, loaded, x, { parameters: values, state }, true);
      kept = next.map((tensor) => tf.keep(tf.clone(tensor)));
      const losses = tf.reshape(meanLosses(tf, tf.reshape(tf.sub(outputs, y), [1, -1, K]), huberDelta), [K]);
      return tf.concat([losses, penalty ? tf.reshape(penalty, [1]) : tf.zeros([1])]);
    };
    try {
      const { value, grads } = tf.valueAndGrads(terms)([...parameters], tf.ones([K + 1]));
      return { losses: tf.slice(value, [0], [K]), gradients: grads, state: kept.map((tensor) => tf.clone(tensor)) };
    } finally {
      tf.dispose(kept);
    }
  });
}

/** The loss of each prediction of x [B, D], y [B, K] → [B, K]. */
export function codeLosses(
  tf: Tf,
  loaded: LoadedCode,
  values: CodeValues,
  { x, y }: Batch,
  huberDelta: number | null,
): Tensor {
  return tf.tidy(() => {
    const { outputs } = predictCode(tf, loaded, x, values, false);
    return elementLosses(tf, tf.sub(outputs, y), huberDelta);
  });
}
