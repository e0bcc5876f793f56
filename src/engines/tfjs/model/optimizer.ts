// Optimizers of R replicas at once: parameters and state are [R, P], one row for each replica.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { ADAM, type Optimizer } from "../../training-settings.ts";
import type { Tf } from "../tf.ts";

/** What a training step reads and replaces. */
export type TrainingState = {
  readonly parameters: Tensor;
  /** Moving mean of the gradient; with `adam`. */
  readonly m?: Tensor;
  /** Moving mean of the squared gradient; with `adam`. */
  readonly v?: Tensor;
};

/** Values that change from step to step, computed in float64; as tensors, they broadcast with the parameters. */
export interface Rates<T = number> {
  readonly rate: T;
  readonly epsilon: T;
}

/** The state before the first step. */
export function initialState(tf: Tf, optimizer: Optimizer, parameters: Tensor): TrainingState {
  switch (optimizer) {
    case "sgd":
      return { parameters };
    case "adam":
      return { parameters, m: tf.zerosLike(parameters), v: tf.zerosLike(parameters) };
    default:
      return unreachable(optimizer);
  }
}

/**
 * The rates of step `step` (from 1). Adam's make lr m̂ / (sqrt(v̂) + epsilon) of m and v as they are, where
 * m̂ = m / (1 - beta1^step) and v̂ = v / (1 - beta2^step).
 */
export function ratesAt(optimizer: Optimizer, lr: number, step: number): Rates {
  switch (optimizer) {
    case "sgd":
      return { rate: lr, epsilon: 0 };
    case "adam": {
      const { beta1, beta2, epsilon } = ADAM;
      const scale = Math.sqrt(1 - beta2 ** step); // ratio of sqrt(v) to sqrt(v̂)
      return { rate: (lr * scale) / (1 - beta1 ** step), epsilon: epsilon * scale };
    }
    default:
      return unreachable(optimizer);
  }
}

/** The state after a step: new tensors throughout. */
export function updated(tf: Tf, state: TrainingState, gradient: Tensor, rates: Rates<number | Tensor>): TrainingState {
  return tf.tidy(() => {
    const { parameters, m, v } = state;
    if (!m || !v) return { parameters: tf.sub(parameters, tf.mul(gradient, rates.rate)) };
    return adam(tf, { parameters, m, v }, gradient, rates);
  });
}

function adam(
  tf: Tf,
  state: Required<TrainingState>,
  gradient: Tensor,
  { rate, epsilon }: Rates<number | Tensor>,
): TrainingState {
  const m = movingMean(tf, state.m, gradient, ADAM.beta1);
  const v = movingMean(tf, state.v, tf.square(gradient), ADAM.beta2);
  const direction = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon));
  return { parameters: tf.sub(state.parameters, direction), m, v };
}

function movingMean(tf: Tf, mean: Tensor, value: Tensor, beta: number): Tensor {
  return tf.add(tf.mul(mean, beta), tf.mul(value, 1 - beta));
}
