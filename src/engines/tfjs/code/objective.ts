import type { Tensor } from "@tensorflow/tfjs-core";
import { type LossRule, meanLosses, rowLosses } from "../model/losses.ts";
import type { Batch } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import { lentTf } from "./lent-tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { byName, type CodeValues, floats, type Predicted, predictCode } from "./predict.ts";
import type { Drawing } from "./step-random.ts";
import { calling } from "./user-error.ts";
import { withoutChance } from "./without-chance.ts";

/** What a training step computes of its batch. */
interface CodeStep {
  /** Of each task, [K], means over the rows. */
  readonly losses: Tensor;
  /** Of the objective by each parameter: of the losses' sum over tasks, or the model's own loss, and the model's penalty. */
  readonly gradients: Tensor[];
  /** The model's state after the step. */
  readonly state: Tensor[];
}

/** A training step on x [B, D], y [B, K], before the update. `rule` is of the recorded losses, of one replica. */
export function codeStep(
  tf: Tf,
  loaded: LoadedCode,
  { parameters, state }: CodeValues,
  { x, y }: Batch,
  { rule, drawing }: { readonly rule: LossRule; readonly drawing: Drawing },
): CodeStep {
  const K = loaded.model.tasks;
  return tf.tidy(() => {
    let kept: Tensor[] = []; // what is not returned is freed with the tape
    const terms = (...values: Tensor[]) => {
      const predicted = predictCode(tf, loaded, x, { parameters: values, state }, drawing);
      const { outputs, penalty, state: next } = predicted;
      const losses = tf.reshape(meanLosses(tf, tf.expandDims(outputs, 0), tf.expandDims(y, 0), rule), [K]);
      kept = [losses, ...next].map((tensor) => tf.keep(tf.clone(tensor)));
      const learnt = ownLoss(tf, loaded, predicted, y, values) ?? losses;
      return tf.concat([learnt, penalty ? tf.reshape(penalty, [1]) : tf.zeros([1])]);
    };
    try {
      const gradients = tf.grads(terms)([...parameters], tf.ones([(loaded.code.loss ? 1 : K) + 1]));
      const [losses, ...next] = kept.map((tensor) => tf.clone(tensor)) as [Tensor, ...Tensor[]];
      return { losses, gradients, state: next };
    } finally {
      tf.dispose(kept);
    }
  });
}

/** What the model's own loss gives for labels [B, K], summed over tasks, [1]; undefined if it has none. */
export function ownLoss(
  tf: Tf,
  { model, code, parameters: declared }: LoadedCode,
  { outputs, pass }: Predicted,
  labels: Tensor,
  parameters: readonly Tensor[],
): Tensor | undefined {
  if (code.loss === undefined) return undefined;
  return calling(model, () => {
    const call = () => code.loss?.(lentTf(tf), outputs, labels, byName(declared, parameters), pass);
    return tf.reshape(tf.sum(floats(model, "loss", withoutChance(call), [], [model.tasks])), [1]);
  });
}

/** The loss of each prediction of x [B, D], y [B, K] → [B, K]. */
export function codeLosses(tf: Tf, loaded: LoadedCode, values: CodeValues, { x, y }: Batch, rule: LossRule): Tensor {
  return tf.tidy(() => {
    const { outputs } = predictCode(tf, loaded, x, values);
    return tf.squeeze(rowLosses(tf, tf.expandDims(outputs, 0), tf.expandDims(y, 0), rule), [0]);
  });
}
