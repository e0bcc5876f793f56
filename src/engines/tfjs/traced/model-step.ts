// One model's part of a training step in a graph.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec } from "../../../models/spec.ts";
import { ADAM } from "../../training-settings.ts";
import type { MethodState } from "../methods/method.ts";
import { methodStep } from "../methods/method-step.ts";
import { methodOf } from "../methods/methods.ts";
import { dropoutBy, noiseBy, orderBy } from "../model/masks.ts";
import { type Batch, batchLosses, lossesAndGradients } from "../model/objective.ts";
import { alongside, preparedGradients, type Rates, type TrainingState, updated } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { Tensors, Update } from "../trace/step.ts";
import { decaysOf, updatesOf } from "./in-place.ts";
import { methodStateName, parameterNames, type TrainingShape } from "./training-shape.ts";

interface ModelStep {
  /** Before the update, [R, K]. */
  readonly losses: Tensor;
  readonly updates: Update[];
  /** The method's state. */
  readonly next: Tensors;
}

/** The step of model number m, of the values that are given to the whole step. */
export function modelStep(tf: Tf, shape: TrainingShape, given: Tensors, batch: Batch, m: number): ModelStep {
  const { models, huberDelta, kinds, ownRates } = shape;
  const spec = models[m] as ModelSpec;
  const method = methodOf(shape.method);
  const parameters = parametersOf(tf, given, spec, m);
  const objective = {
    ...{ huberDelta, tasks: kinds, lossUnits: given.lossUnits },
    ...{ dropout: dropoutBy(tf, given, spec, m), noise: noiseBy(tf, given, spec, m) },
  };
  const names = parameterNames(spec, m);
  const prepared = (gradients: readonly Tensor[]): Tensors => {
    const all = preparedGradients(tf, gradients, parameters, shape);
    return Object.fromEntries(names.map((name, i) => [name, all[i] as Tensor]));
  };
  const updatesBy = (gradients: Tensors): Update[] => [
    ...(given.decay ? decaysOf(tf, decayed(tf, given, names)) : []),
    ...updatesOf(tf, shape, gradients, given),
  ];
  if (!method) {
    const { losses, gradients } = lossesAndGradients(tf, spec, parameters, batch, objective);
    return { losses, updates: updatesBy(prepared(gradients)), next: {} };
  }

  const kept = Object.keys(method.initial(shape.optimizer));
  const state = Object.fromEntries(kept.map((name) => [name, given[methodStateName(m, name)] as Tensor]));
  const rate = given.methodRate as Tensor;
  const isRuns = ownRates && method.learningRate === "run";
  const rates = {
    rate: isRuns ? tf.mul(rate, tf.reshape(given.units as Tensor, [-1, 1])) : rate,
    epsilon: given.methodEpsilon as Tensor,
    ...betasOf(method.learningRate === "run" ? shape : ADAM),
  };
  const inputs = { spec, parameters, batch, objective, order: orderBy(given, m), state, rates };
  const { losses, gradients, next } = methodStep(tf, method, inputs);
  const following = prepared(gradients);
  const after = next(() => {
    const moved = movedParameters(tf, given, following, shape);
    return batchLosses(tf, spec, parametersOf(tf, { ...given, ...moved }, spec, m), batch, objective);
  });
  return { losses, updates: updatesBy(following), next: renamed(after, m) };
}

function renamed(state: MethodState, m: number): Tensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [methodStateName(m, name), tensor]));
}

/** What the updates in place will make of the parameters: they come after the step, which can't see it. */
function movedParameters(tf: Tf, given: Tensors, gradients: Tensors, shape: TrainingShape): Tensors {
  const rates = { rate: given.rate as Tensor, epsilon: given.epsilon as Tensor, ...betasOf(shape) };
  const amounts = given.decay ? decayed(tf, given, Object.keys(gradients)) : {};
  const moved = Object.entries(gradients).map(([name, gradient]) => {
    const [m, v, amount] = [given[`${name}/m`], given[`${name}/v`], amounts[name]];
    const before = given[name] as Tensor;
    const parameters = amount ? tf.sub(before, amount) : before;
    const state: TrainingState = { parameters, ...(m && v && { m, v }) };
    return [name, updated(tf, state, gradient, rates).parameters];
  });
  return Object.fromEntries(moved);
}

/** What decays of each variable. `decay` is for the group's first rate: a replica's is as much larger as its rate. */
function decayed(tf: Tf, { units, decay, ...given }: Tensors, names: readonly string[]): Tensors {
  const amounts = names.map((name) => {
    const parameters = given[name] as Tensor;
    const amount = tf.mul(parameters, decay as Tensor);
    return [name, units ? tf.mul(amount, alongside(tf, units, amount)) : amount];
  });
  return Object.fromEntries(amounts);
}

function betasOf({ beta1, beta2 }: Pick<Rates, "beta1" | "beta2">): Pick<Rates, "beta1" | "beta2"> {
  return { beta1, beta2 };
}

/** The parameters of model number m; those in units of a replica's own are converted. */
export function parametersOf(tf: Tf, given: Tensors, model: ModelSpec, m: number): Tensor[] {
  const parameters = parameterNames(model, m).map((name) => given[name] as Tensor);
  const { units } = given;
  if (!units) return parameters;
  return parameters.map((each) => tf.mul(each, alongside(tf, units, each)));
}
