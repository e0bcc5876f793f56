// A step of training by a method: the gradients that it makes of the tasks' losses, and its next state.
import type { Tensor } from "@tensorflow/tfjs-core";
import { sharedParameters } from "../../../models/parameters.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import { type OptimizerSettings, PLAIN_TRAINING } from "../../training-settings.ts";
import type { Tf } from "../tf.ts";
import { presentTasks } from "./losses.ts";
import {
  type AfterStep,
  type GradientMethod,
  KEPT,
  type LearnedBy,
  type LossMethod,
  type Method,
  type MethodState,
  type Present,
} from "./method.ts";
import { type Batch, lossesAndGradients, type Objective, taskGradients } from "./objective.ts";
import { type LearningRates, type Rates, ratesAt } from "./optimizer.ts";
import { joined, pack, separated } from "./pack.ts";
import { pairwise } from "./products.ts";

interface StepInputs {
  readonly spec: ModelSpec;
  /** In the order of `packing`. */
  readonly parameters: readonly Tensor[];
  readonly batch: Batch;
  readonly objective: Objective;
  readonly state: MethodState;
  readonly rates: LearningRates;
}

interface StepOutputs {
  /** Before the update, [R, K]. */
  readonly losses: Tensor;
  readonly gradients: Tensor[];
  /** The method's state after the step; `lossesAfter` are those of the same batch after the update, [R, K]. */
  readonly next: (lossesAfter: () => Tensor) => MethodState;
}

/** Called within the caller's tf.tidy, as what `next` needs is kept. */
export function methodStep(tf: Tf, method: Method, inputs: StepInputs): StepOutputs {
  return method.weighs === "losses" ? weighedLosses(tf, method, inputs) : combined(tf, method, inputs);
}

function weighedLosses(tf: Tf, method: LossMethod, inputs: StepInputs): StepOutputs {
  const { spec, parameters, batch, objective, state, rates } = inputs;
  const present = presentTasks(tf, batch.y, objective);
  const given = { present, normals: objective.normals };
  const weigh = (losses: Tensor) => method.weights(tf, losses, state, given);
  const { losses, gradients } = lossesAndGradients(tf, spec, parameters, batch, objective, weigh);
  const next = (lossesAfter: AfterStep["lossesAfter"]) =>
    whereThere(tf, present, method.next(tf, state, losses, { ...given, rates, lossesAfter }), state);
  return { losses, gradients, next };
}

/** The next state of tasks that a batch has labels of; the others' is what it was. */
function whereThere(tf: Tf, present: Present, next: MethodState, before: MethodState): MethodState {
  if (!present) return next;
  const values = Object.entries(next).map(([name, value]) => {
    const isThere = tf.greater(name === KEPT ? tf.expandDims(present, 2) : present, 0);
    return [name, tf.where(isThere, value, before[name])] as const;
  });
  return Object.fromEntries(values);
}

/** The weighted sum of the tasks' gradients, with one set of weights for shared parameters and one for the others. */
function combined(tf: Tf, method: GradientMethod, inputs: StepInputs): StepOutputs {
  const { spec, parameters, batch, objective, state, rates } = inputs;
  const present = presentTasks(tf, batch.y, objective);
  const { losses, ofTasks, ofPenalty } = taskGradients(tf, spec, parameters, batch, objective);
  const gradients = tf.stack(
    ofTasks.map((ofTask) => joined(tf, ofTask)),
    1,
  ); // [R, K, P]
  const isShared = joined(tf, pack(tf, spec, [sharedParameters(spec)])); // [1, P]
  const gram = pairwise(tf, tf.mul(gradients, isShared), gradients, { swapB: true });
  const situation = { gram, gradients, isShared, losses, present, order: objective.order, state, rates };
  const { shared, own = tf.onesLike(losses), of = gradients, next = state } = method.combine(tf, situation);
  const [R, K] = losses.shape as [number, number];
  const sumBy = (weights: Tensor) => tf.squeeze(pairwise(tf, tf.reshape(weights, [R, 1, K]), of), [1]);
  const whole = tf.add(sumBy(own), tf.mul(isShared, sumBy(tf.sub(shared, own))));
  const all = separated(tf, spec, ofPenalty ? tf.add(whole, joined(tf, ofPenalty)) : whole);
  return { losses, gradients: all, next: () => whereThere(tf, present, next, state) };
}

/** The method's state before the first step of R replicas of a model with P parameters. */
export function initialMethodState(tf: Tf, { initial }: Method, optimizer: LearnedBy, sizes: StateSizes): MethodState {
  const values = Object.entries(initial(optimizer));
  return Object.fromEntries(values.map(([name, value]) => [name, tf.fill(stateShape(name, sizes), value)]));
}

type StateSizes = readonly [R: number, K: number, P: number];

/** The shape of what a method keeps by this name. */
export function stateShape(name: string, [R, K, P]: StateSizes): number[] {
  return name === KEPT ? [R, K, P] : [R, K];
}

/** The rates at which a method learns at a step: its own Adam's, or the run's. */
export function methodRatesAt({ learningRate = "run" }: Method, training: OptimizerSettings, step: number): Rates {
  return ratesAt(learningRate === "run" ? training : { ...PLAIN_TRAINING, lr: learningRate }, step);
}
