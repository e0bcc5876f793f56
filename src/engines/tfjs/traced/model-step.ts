// One model's part of a training step in a graph.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { ModelSpec } from "../../../models/spec.ts";
import type { MethodState } from "../methods/method.ts";
import { methodStep } from "../methods/method-step.ts";
import { methodOf } from "../methods/methods.ts";
import { dropoutBy, noiseBy, orderBy } from "../model/masks.ts";
import { type Batch, batchLosses, lossesAndGradients } from "../model/objective.ts";
import { type TrainingState, updated } from "../model/optimizer.ts";
import type { Tf } from "../tf.ts";
import type { Tensors, Update } from "../trace/step.ts";
import { updatesOf } from "./in-place.ts";
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
  const { models, optimizer, huberDelta, kinds, ownRates } = shape;
  const spec = models[m] as ModelSpec;
  const method = methodOf(shape.method);
  const parameters = parametersOf(tf, given, spec, m);
  const objective = {
    ...{ huberDelta, tasks: kinds, lossUnits: given.lossUnits },
    ...{ dropout: dropoutBy(tf, given, spec, m), noise: noiseBy(tf, given, spec, m) },
  };
  const updatesBy = (gradients: readonly Tensor[]): Update[] => {
    const byName = parameterNames(spec, m).map((name, i) => [name, gradients[i] as Tensor]);
    return updatesOf(tf, optimizer, Object.fromEntries(byName), given);
  };
  if (!method) {
    const { losses, gradients } = lossesAndGradients(tf, spec, parameters, batch, objective);
    return { losses, updates: updatesBy(gradients), next: {} };
  }

  const names = Object.keys(method.initial(optimizer));
  const state = Object.fromEntries(names.map((name) => [name, given[methodStateName(m, name)] as Tensor]));
  const rate = given.methodRate as Tensor;
  const isRuns = ownRates && method.learningRate === "run";
  const rates = {
    rate: isRuns ? tf.mul(rate, tf.reshape(given.units as Tensor, [-1, 1])) : rate,
    epsilon: given.methodEpsilon as Tensor,
  };
  const inputs = { spec, parameters, batch, objective, order: orderBy(given, m), state, rates };
  const { losses, gradients, next } = methodStep(tf, method, inputs);
  const after = next(() => {
    const moved = movedParameters(tf, given, gradients, parameterNames(spec, m));
    return batchLosses(tf, spec, parametersOf(tf, { ...given, ...moved }, spec, m), batch, objective);
  });
  return { losses, updates: updatesBy(gradients), next: renamed(after, m) };
}

function renamed(state: MethodState, m: number): Tensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [methodStateName(m, name), tensor]));
}

/** What the updates in place will make of the parameters: they come after the step, which can't see it. */
function movedParameters(tf: Tf, given: Tensors, gradients: readonly Tensor[], names: readonly string[]): Tensors {
  const rates = { rate: given.rate as Tensor, epsilon: given.epsilon as Tensor };
  const moved = names.map((name, i) => {
    const [m, v] = [given[`${name}/m`], given[`${name}/v`]];
    const state: TrainingState = { parameters: given[name] as Tensor, ...(m && v && { m, v }) };
    return [name, updated(tf, state, gradients[i] as Tensor, rates).parameters];
  });
  return Object.fromEntries(moved);
}

/** The parameters of model number m; those in units of a replica's own are converted. */
export function parametersOf(tf: Tf, given: Tensors, model: ModelSpec, m: number): Tensor[] {
  const parameters = parameterNames(model, m).map((name) => given[name] as Tensor);
  const { units } = given;
  if (!units) return parameters;
  return parameters.map((each) => tf.mul(each, tf.reshape(units, [-1, ...each.shape.slice(1).fill(1)])));
}
