// Optimizers of R replicas at once: parameters and state are [R, P], one row for each replica.
import type { Tensor } from "@tensorflow/tfjs-core";
import { unreachable } from "../../../errors.ts";
import { rateAt } from "../../learning-rate.ts";
import type { OptimizerSettings } from "../../training-settings.ts";
import type { Tf } from "../tf.ts";

/** What a training step reads and replaces. */
export type TrainingState = {
  readonly parameters: Tensor;
  /** Moving mean of the gradient, with `adam`; its sum, with momentum. */
  readonly m?: Tensor;
  /** Moving mean of the squared gradient; with `adam`. */
  readonly v?: Tensor;
};

/** What changes from step to step, computed in float64; as tensors, they broadcast with the parameters. */
export interface Rates<T = number> {
  readonly rate: T;
  readonly epsilon: T;
  readonly beta1: number;
  readonly beta2: number;
}

/** With what does not change, all that moves what a method learns. */
export type LearningRates = Rates<number | Tensor> & Pick<OptimizerSettings, "momentum" | "nesterov">;

/** What gives the rates. */
type Rated = Pick<OptimizerSettings, "optimizer" | "lr" | "schedule" | "beta1" | "beta2" | "epsilon">;

/**
 * The rates of step `step` (from 1). Adam's make lr m̂ / (sqrt(v̂) + epsilon) of m and v as they are, where
 * m̂ = m / (1 - beta1^step) and v̂ = v / (1 - beta2^step).
 */
export function ratesAt(settings: Rated, step: number): Rates {
  const { optimizer, beta1, beta2, epsilon } = settings;
  const lr = rateAt(settings, step);
  switch (optimizer) {
    case "sgd":
      return { rate: lr, epsilon: 0, beta1, beta2 };
    case "adam":
    case "adamw": {
      const scale = Math.sqrt(1 - beta2 ** step); // ratio of sqrt(v) to sqrt(v̂)
      return { rate: (lr * scale) / (1 - beta1 ** step), epsilon: epsilon * scale, beta1, beta2 };
    }
    default:
      return unreachable(optimizer);
  }
}

/** What `adamw` takes off each parameter before a step, a share of it; 0 for others. */
export function decayAt(settings: OptimizerSettings, step: number): number {
  return settings.optimizer === "adamw" ? rateAt(settings, step) * settings.weightDecay : 0;
}

/** How gradients and parameters are changed before a step. */
type Preparing = Pick<OptimizerSettings, "optimizer" | "weightDecay" | "clipNorm">;

/**
 * The gradients that sgd and adam follow: those of the loss, [R, ...] for each tensor of parameters, each replica's scaled
 * down to the largest norm of all its parameters, plus the decay.
 */
export function preparedGradients(
  tf: Tf,
  gradients: readonly Tensor[],
  parameters: readonly Tensor[],
  { optimizer, weightDecay, clipNorm }: Preparing,
): readonly Tensor[] {
  const clipped = clipNorm === null ? gradients : scaledDown(tf, gradients, clipNorm);
  if (optimizer === "adamw" || weightDecay === 0) return clipped;
  return clipped.map((each, i) => tf.add(each, tf.mul(parameters[i], weightDecay)));
}

/** PyTorch's clip_grad_norm_ has the same small number in its denominator. */
const CLIP_EPSILON = 1e-6;

function scaledDown(tf: Tf, gradients: readonly Tensor[], clipNorm: number): Tensor[] {
  const squares = gradients.map((each) => tf.sum(tf.square(each), restOf(each)));
  const norms = tf.sqrt(tf.addN(squares)); // [R]
  const scales = tf.minimum(tf.div(clipNorm, tf.add(norms, CLIP_EPSILON)), 1);
  return gradients.map((each) => tf.mul(each, alongside(tf, scales, each)));
}

/** Values [R] as [R, 1, ...], which broadcast with a tensor [R, ...]. */
export function alongside(tf: Tf, values: Tensor, tensor: Tensor): Tensor {
  return tf.reshape(values, [-1, ...restOf(tensor).map(() => 1)]);
}

/** The axes after R. */
function restOf({ rank }: Tensor): number[] {
  return Array.from({ length: rank - 1 }, (_, i) => i + 1);
}

/** The state after a step by the rates alone: new tensors throughout. */
export function updated(tf: Tf, state: TrainingState, gradient: Tensor, rates: LearningRates): TrainingState {
  return tf.tidy(() => {
    const { parameters, m, v } = state;
    if (!m) return { parameters: tf.sub(parameters, tf.mul(gradient, rates.rate)) };
    if (!v) return withMomentum(tf, { parameters, m }, gradient, rates);
    return adam(tf, { parameters, m, v }, gradient, rates);
  });
}

function withMomentum(
  tf: Tf,
  { parameters, m: before }: Required<Omit<TrainingState, "v">>,
  gradient: Tensor,
  { rate, momentum, nesterov }: LearningRates,
): TrainingState {
  const m = tf.add(tf.mul(before, momentum), gradient);
  const direction = nesterov ? tf.add(gradient, tf.mul(m, momentum)) : m;
  return { parameters: tf.sub(parameters, tf.mul(direction, rate)), m };
}

function adam(
  tf: Tf,
  state: Required<TrainingState>,
  gradient: Tensor,
  { rate, epsilon, beta1, beta2 }: Rates<number | Tensor>,
): TrainingState {
  const m = movingMean(tf, state.m, gradient, beta1);
  const v = movingMean(tf, state.v, tf.square(gradient), beta2);
  const direction = tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon));
  return { parameters: tf.sub(state.parameters, direction), m, v };
}

function movingMean(tf: Tf, mean: Tensor, value: Tensor, beta: number): Tensor {
  return tf.add(tf.mul(mean, beta), tf.mul(value, 1 - beta));
}
