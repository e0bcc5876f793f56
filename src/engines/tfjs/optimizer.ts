// Optimizers whose state has the parameters' shapes, axis R included: one state a replica.
import type { Tensor } from "@tensorflow/tfjs";
import { ADAM, type Optimizer } from "../engine.ts";
import type { Tf } from "./tf.ts";

/** What a training step reads and gives anew; every list has the order of `parameters`. */
export type TrainingState = {
  parameters: Tensor[];
  /** Moving mean of the gradient; empty for `sgd`. */
  m: Tensor[];
  /** Moving mean of the squared gradient; empty for `sgd`. */
  v: Tensor[];
};

export interface Update {
  readonly optimizer: Optimizer;
  readonly lr: number;
  /** From 1. */
  readonly step: number;
}

/** The state before the first step. */
export function initialState(tf: Tf, optimizer: Optimizer, parameters: Tensor[]): TrainingState {
  const zeros = () => (optimizer === "adam" ? parameters.map((tensor) => tf.zerosLike(tensor)) : []);
  return { parameters, m: zeros(), v: zeros() };
}

/** The state after one step: new tensors throughout. */
export function updated(tf: Tf, state: TrainingState, gradients: readonly Tensor[], update: Update): TrainingState {
  return tf.tidy(() => (update.optimizer === "adam" ? adam : sgd)(tf, state, gradients, update));
}

function sgd(tf: Tf, { parameters }: TrainingState, gradients: readonly Tensor[], { lr }: Update): TrainingState {
  const moved = parameters.map((parameter, i) => tf.sub(parameter, tf.mul(gradients[i] as Tensor, lr)));
  return { parameters: moved, m: [], v: [] };
}

/** m̂ / (sqrt(v̂) + epsilon), with m̂ = m / (1 - beta1^step) and v̂ = v / (1 - beta2^step). */
function adam(tf: Tf, state: TrainingState, gradients: readonly Tensor[], { lr, step }: Update): TrainingState {
  const { beta1, beta2, epsilon } = ADAM;
  const m = state.m.map((mean, i) => movingMean(tf, mean, gradients[i] as Tensor, beta1));
  const v = state.v.map((mean, i) => movingMean(tf, mean, tf.square(gradients[i] as Tensor), beta2));
  const parameters = state.parameters.map((parameter, i) => {
    const deviation = tf.sqrt(tf.mul(v[i] as Tensor, 1 / (1 - beta2 ** step)));
    const direction = tf.div(tf.mul(m[i] as Tensor, lr / (1 - beta1 ** step)), tf.add(deviation, epsilon));
    return tf.sub(parameter, direction);
  });
  return { parameters, m, v };
}

function movingMean(tf: Tf, mean: Tensor, value: Tensor, beta: number): Tensor {
  return tf.add(tf.mul(mean, beta), tf.mul(value, 1 - beta));
}
