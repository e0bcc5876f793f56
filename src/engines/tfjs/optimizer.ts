// Optimizers of R replicas at once: parameters and state are [R, P], one row a replica.
import type { Tensor } from "@tensorflow/tfjs";
import { ADAM, type Optimizer } from "../engine.ts";
import type { Tf } from "./tf.ts";

/** What a step of training reads and gives anew. */
export type TrainingState = {
  readonly parameters: Tensor;
  /** Adam's m / (1 - beta1): the sum of the gradients, the older the less. */
  readonly m?: Tensor;
  /** Adam's v / (1 - beta2): the same of the squared gradients. */
  readonly v?: Tensor;
};

/** What changes from step to step, reckoned in float64: numbers, or scalars where a graph is fed them. */
export interface Rates<N extends number | Tensor = number | Tensor> {
  readonly rate: N;
  readonly epsilon: N;
}

/** The state before the first step. */
export function initialState(tf: Tf, optimizer: Optimizer, parameters: Tensor): TrainingState {
  if (optimizer === "sgd") return { parameters };
  return { parameters, m: tf.zerosLike(parameters), v: tf.zerosLike(parameters) };
}

/** The rates of step `step` (from 1): Adam's carry all its factors but beta1 and beta2. */
export function ratesAt(optimizer: Optimizer, lr: number, step: number): Rates<number> {
  if (optimizer === "sgd") return { rate: lr, epsilon: 0 };
  const { beta1, beta2, epsilon } = ADAM;
  const scale = Math.sqrt((1 - beta2) / (1 - beta2 ** step)); // of sqrt(v̂) to sqrt(v)
  return { rate: (lr * (1 - beta1)) / (1 - beta1 ** step) / scale, epsilon: epsilon / scale };
}

/** The state after a step: new tensors throughout. */
export function updated(tf: Tf, state: TrainingState, gradient: Tensor, rates: Rates): TrainingState {
  return tf.tidy(() => {
    const { parameters, m, v } = state;
    if (!m || !v) return { parameters: tf.sub(parameters, tf.mul(gradient, rates.rate)) };
    return adam(tf, { parameters, m, v }, gradient, rates);
  });
}

/** lr m̂ / (sqrt(v̂) + epsilon), with m̂ = m / (1 - beta1^step) and v̂ = v / (1 - beta2^step). */
function adam(tf: Tf, state: Required<TrainingState>, gradient: Tensor, { rate, epsilon }: Rates): TrainingState {
  const m = tf.add(tf.mul(state.m, ADAM.beta1), gradient);
  const v = tf.add(tf.mul(state.v, ADAM.beta2), tf.square(gradient));
  const direction = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon));
  return { parameters: tf.sub(state.parameters, direction), m, v };
}
