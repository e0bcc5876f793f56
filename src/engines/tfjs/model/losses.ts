// The losses of predictions, as tensors; see TrainingSettings and task-losses.ts.
import type { Tensor } from "@tensorflow/tfjs-core";
import { outputCount, type TaskSettings } from "../../../data/task-kinds.ts";
import { withGradient } from "../gradients.ts";
import type { Tf } from "../tf.ts";

/** How the losses of K tasks are taken, for R replicas. */
export interface LossRule {
  /** Of regressions. */
  readonly huberDelta: number | null;
  /** [K]; absent if all are regressions of weight 1. */
  readonly tasks?: readonly TaskSettings[] | undefined;
  /** What each task's loss is multiplied by, [R, K]; absent for 1. */
  readonly lossUnits?: Tensor | undefined;
  /** What the tasks' weights are multiplied by at a step, [K]; absent if they stay. */
  readonly decayed?: Tensor | undefined;
}

/** Predictions [R, B, O] and labels [R, B, K] → the loss of each row, [R, B, K]; 0 without a label, which is NaN. */
export function rowLosses(tf: Tf, predictions: Tensor, y: Tensor, { huberDelta, tasks, lossUnits }: LossRule): Tensor {
  if (!tasks) return errorLosses(tf, tf.sub(predictions, y), huberDelta);
  return tf.tidy(() => {
    const [R, B, K] = y.shape as [number, number, number];
    const hasGaps = tasks.some(({ gaps }) => gaps);
    const outputs = tf.split(predictions, tasks.map(outputCount), 2);
    const labels = tf.split(hasGaps ? filled(tf, y) : y, K, 2);
    const losses = tasks.map(({ kind }, k) => {
      const [output, label] = [outputs[k], labels[k]];
      if (kind === "binary") return logistic(tf, output, label);
      if (kind === "categorical") return tf.reshape(crossEntropy(tf, output, label), [R, B, 1]);
      return differentiableErrors(tf, tf.sub(output, label), huberDelta);
    });
    const joined = tf.concat(losses, 2);
    const all = hasGaps ? tf.mul(joined, labelled(tf, y)) : joined;
    return lossUnits ? tf.mul(all, tf.reshape(lossUnits, [R, 1, K])) : all;
  });
}

/** 1 where labels [R, B, K] are there, else 0. */
function labelled(tf: Tf, y: Tensor): Tensor {
  return tf.cast(tf.equal(y, y), "float32");
}

/** 1 for tasks of which a row of a batch has a label, else 0: labels [R, B, K] → [R, K]; undefined if no label may be missing. */
export function presentTasks(tf: Tf, y: Tensor, { tasks }: LossRule): Tensor | undefined {
  return tasks?.some(({ gaps }) => gaps) ? tf.max(labelled(tf, y), 1) : undefined;
}

/** Labels with 0 in place of those that are missing. */
function filled(tf: Tf, y: Tensor): Tensor {
  return tf.where(tf.equal(y, y), y, tf.zerosLike(y));
}

/** Losses [R, B, K] → their means over the rows that have the task's label, [R, K]; 0 where none has. */
function meansOverLabelled(tf: Tf, losses: Tensor, y: Tensor): Tensor {
  return tf.div(tf.sum(losses, 1), tf.maximum(tf.sum(labelled(tf, y), 1), 1));
}

/**
 * Predictions [R, B, O] and labels [R, B, K] → mean losses [R, K] over the rows that have a label, whose gradients are times
 * the tasks' weights.
 */
export function meanLosses(tf: Tf, predictions: Tensor, y: Tensor, rule: LossRule): Tensor {
  const { huberDelta, tasks } = rule;
  if (!tasks) return meanErrors(tf, tf.sub(predictions, y), huberDelta);
  return tf.tidy(() => {
    const losses = rowLosses(tf, predictions, y, rule);
    const means = tasks.some(({ gaps }) => gaps) ? meansOverLabelled(tf, losses, y) : tf.mean(losses, 1);
    const { decayed } = rule;
    const weights = tasks.map(({ weight }) => weight);
    if (!decayed && weights.every((weight) => weight === 1)) return means;
    return withGradientTimes(tf, means, (values) => {
      const factors = tf.mul(tf.onesLike(values), tf.tensor1d(weights));
      return decayed ? tf.mul(factors, decayed) : factors;
    });
  });
}

/** `values` as they are; what they are made of gets their gradient times `factorsOf(values)`, which gets none. */
export function withGradientTimes(tf: Tf, values: Tensor, factorsOf: (values: Tensor) => Tensor): Tensor {
  return withGradient(
    tf,
    [values],
    (values) => [tf.clone(values), values],
    (dy, [values]) => tf.mul(dy, factorsOf(values)),
  );
}

/** The loss of each error, elementwise. */
function errorLosses(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  if (huberDelta === null) return tf.square(errors);
  return tf.tidy(() => {
    const slope = clipped(tf, errors, huberDelta);
    return tf.mul(slope, tf.sub(errors, tf.mul(slope, 0.5)));
  });
}

function clipped(tf: Tf, errors: Tensor, delta: number): Tensor {
  return tf.minimum(tf.maximum(errors, -delta), delta);
}

/** The derivative of each error's loss. */
function slopes(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  return huberDelta === null ? tf.mul(errors, 2) : clipped(tf, errors, huberDelta);
}

function differentiableErrors(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  return withGradient(
    tf,
    [errors],
    (errors) => [errorLosses(tf, errors, huberDelta), errors],
    (dy, [errors]) => tf.mul(dy, slopes(tf, errors, huberDelta)),
  );
}

/**
 * Errors e [R, B, K] → their mean losses over B, [R, K]; the gradient, a slope times a constant, is one or two operations
 * instead of tfjs's six.
 */
function meanErrors(tf: Tf, errors: Tensor, huberDelta: number | null): Tensor {
  const [R, B, K] = errors.shape as [number, number, number];
  const forward = (errors: Tensor) => [tf.mean(errorLosses(tf, errors, huberDelta), 1), errors] as const;
  return withGradient(tf, [errors], forward, (dy, [errors]) => {
    const slope = huberDelta === null ? errors : clipped(tf, errors, huberDelta);
    return tf.mul(slope, tf.mul(tf.reshape(dy, [R, 1, K]), (huberDelta === null ? 2 : 1) / B));
  });
}

/** ln(1 + exp(-m)) of margins m, logits with the signs of their labels (1 or 0), elementwise. */
function logistic(tf: Tf, logits: Tensor, labels: Tensor): Tensor {
  const forward = (margins: Tensor) => {
    const small = tf.log1p(tf.exp(tf.neg(tf.abs(margins))));
    return [tf.add(tf.relu(tf.neg(margins)), small), margins] as const;
  };
  return withGradient(tf, [tf.mul(logits, tf.sub(tf.mul(labels, 2), 1))], forward, (dy, [margins]) =>
    tf.neg(tf.mul(dy, tf.sigmoid(tf.neg(margins)))),
  );
}

/** -ln of the label's share in the softmax: logits [R, B, C], labels [R, B, 1] → [R, B]. */
function crossEntropy(tf: Tf, logits: Tensor, labels: Tensor): Tensor {
  const [R, B, C] = logits.shape as [number, number, number];
  const chosen = tf.cast(tf.oneHot(tf.cast(tf.reshape(labels, [R, B]), "int32"), C), "float32");
  const forward = (logits: Tensor, chosen: Tensor) => {
    const shifted = tf.sub(logits, tf.max(logits, 2, true));
    const value = tf.sub(tf.log(tf.sum(tf.exp(shifted), 2)), tf.sum(tf.mul(shifted, chosen), 2));
    return [value, shifted, chosen] as const;
  };
  return withGradient(tf, [logits, chosen], forward, (dy, [shifted, chosen]) => {
    const slope = tf.sub(tf.softmax(shifted, 2), chosen);
    return [tf.mul(slope, tf.expandDims(dy, 2)), tf.zerosLike(chosen)];
  });
}
