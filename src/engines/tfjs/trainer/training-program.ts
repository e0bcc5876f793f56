// A group's training as a program, the same for all groups of one shape.
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import { unreachable } from "../../../errors.ts";
import { parameterCount } from "../../../models/parameters.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import type { MethodChoice } from "../../methods.ts";
import { ADAM, type Optimizer, type OptimizerSettings, type TrainingSettings } from "../../training-settings.ts";
import { isOnCard } from "../device.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import { chanceBy, masksOf } from "../model/masks.ts";
import type { MethodState } from "../model/method.ts";
import { initialMethodState, methodRatesAt, methodStep } from "../model/method-step.ts";
import { methodOf } from "../model/methods.ts";
import { type Batch, batchLosses, lossesAndGradients, predictionLosses } from "../model/objective.ts";
import { alongside, decayAt, preparedGradients, type Rates, ratesAt } from "../model/optimizer.ts";
import { pack } from "../model/pack.ts";
import type { Tf } from "../tf.ts";
import { type Loop, type ProgramSpec, type Specs, type Tensors, type Update, updatedBy } from "./program.ts";
import {
  decaysAt,
  float,
  methodSpecs,
  methodStateName,
  parameterNames,
  rateNames,
  replicaSpecs,
  setsOf,
  stateNames,
  stateSpecs,
  type TrainingShape,
  variablesOf,
} from "./training-shape.ts";

/**
 * From this many multiplications of a forward pass on, a step's operations run in parallel: on two cores one run on 64
 * rows (1e6) takes .09 ms without and .6 ms with it, 20 (2e7) take the same, 200 (2e8) gain a fifth.
 */
const CONCURRENT_PRODUCTS = 5e7;

/** Loops: `train`, and `heldout/errors`, `train/errors` of the sets. */
export function trainingProgram(tf: Tf, shape: TrainingShape): ProgramSpec {
  const { models, R, B } = shape;
  const evaluations = setsOf(shape).map((set) => [`${set}/errors`, evaluation(tf, shape, set)] as const);
  const products = R * B * models.reduce((sum, model) => sum + parameterCount(model), 0);
  return {
    variables: variablesOf(shape),
    loops: { train: training(tf, shape), ...Object.fromEntries(evaluations) },
    concurrent: isOnCard(tf) || products > CONCURRENT_PRODUCTS,
  };
}

/**
 * A step on `numbers` [R, B] of the fixed set, or on fresh `x` and `y` of each source, with that step's rates and
 * masks.
 */
function training(tf: Tf, shape: TrainingShape): Loop {
  const { models, method, inputs, tasks, R, B, fresh, sharedFeed } = shape;
  const F = sharedFeed ? null : R;
  const rows: Specs = fresh
    ? { x: float([F, B, inputs]), y: float([F, B, tasks]) }
    : { numbers: { shape: [R, B], dtype: "int32" } };
  const masks = models.flatMap((model, m) => masksOf(model, R, B, m, method));
  return {
    fed: {
      ...rows,
      ...Object.fromEntries(rateNames(shape).map((name) => [name, float([])])),
      ...Object.fromEntries(masks.map(({ name, shape }) => [name, float(shape)])),
    },
    tables: fresh ? [] : ["train/x", "train/y"],
    variables: Object.keys({ ...replicaSpecs(shape), ...methodSpecs(shape) }),
    inPlace: Object.keys(stateSpecs(shape)),
    step: (given) => {
      const batch = fresh ? freshRows(tf, given) : rowsOf(given, "train");
      const ofModels = models.map((_, m) => modelStep(tf, shape, given, batch, m));
      return {
        next: Object.assign({}, ...ofModels.map(({ next }) => next)),
        updates: ofModels.flatMap(({ updates }) => updates),
        outputs: { losses: tf.concat(ofModels.map(({ losses }) => losses)) },
      };
    },
  };
}

/** Sums of losses [models * R, K] of rows `numbers` [R, rows] of a set, each counted by its weight [rows]. */
function evaluation(tf: Tf, shape: TrainingShape, set: RowSet): Loop {
  const { models, R, ownRates, huberDelta, kinds } = shape;
  return {
    fed: { numbers: { shape: [R, EVALUATED_ROWS], dtype: "int32" }, weights: float([EVALUATED_ROWS, 1]) },
    tables: [`${set}/x`, `${set}/y`],
    variables: [...models.flatMap(parameterNames), ...(ownRates ? ["units"] : []), ...(kinds ? ["lossUnits"] : [])],
    step: (given) => {
      const batch = rowsOf(given, set);
      const sums = models.map((model, m) => {
        const rule = { huberDelta, tasks: kinds, lossUnits: given.lossUnits };
        const losses = predictionLosses(tf, model, parametersOf(tf, given, model, m), batch, rule);
        return tf.sum(tf.mul(losses, given.weights), 1);
      });
      return { outputs: { sums: tf.concat(sums) } };
    },
  };
}

/** Rows x [R, B, D], y [R, B, K] of the sources' x [F, B, D], y [F, B, K]. */
function freshRows(tf: Tf, { x, y, places }: Tensors): Batch {
  if (!places) return { x, y };
  const pick = (values: Tensor) => tf.gather(values, places as Tensor1D);
  return { x: pick(x), y: pick(y) };
}

function rowsOf(given: Tensors, set: RowSet): Batch {
  return { x: given[`${set}/x`], y: given[`${set}/y`] };
}

interface ModelStep {
  /** Before the update, [R, K]. */
  readonly losses: Tensor;
  readonly updates: Update[];
  /** The method's state. */
  readonly next: Tensors;
}

/** The step of model number m, of the values that are given to the whole step. */
function modelStep(tf: Tf, shape: TrainingShape, given: Tensors, batch: Batch, m: number): ModelStep {
  const { models, huberDelta, kinds, ownRates } = shape;
  const spec = models[m];
  const method = methodOf(shape);
  const parameters = parametersOf(tf, given, spec, m);
  const decays = Object.keys(decaysAt(kinds, 1)).map((name) => given[name]);
  const decayed = decays.length > 0 ? tf.stack(decays) : undefined;
  const objective = { huberDelta, tasks: kinds, lossUnits: given.lossUnits, decayed, ...chanceBy(tf, given, m) };
  const names = parameterNames(spec, m);
  const prepared = (gradients: readonly Tensor[]): Tensors => {
    const all = preparedGradients(tf, gradients, parameters, shape);
    return Object.fromEntries(names.map((name, i) => [name, all[i]]));
  };
  const updatesBy = (gradients: readonly Tensor[]): Update[] => [
    ...(given.decay ? decaysOf(tf, given, names) : []),
    ...updatesOf(tf, shape, prepared(gradients), given),
  ];
  if (!method) {
    const { losses, gradients } = lossesAndGradients(tf, spec, parameters, batch, objective);
    return { losses, updates: updatesBy(gradients), next: {} };
  }

  const kept = Object.keys(method.initial(shape));
  const state = Object.fromEntries(kept.map((name) => [name, given[methodStateName(m, name)]]));
  const rate = given.methodRate;
  const { beta1, beta2 } = method.learningRate === "run" ? shape : ADAM;
  const isRuns = ownRates && method.learningRate === "run";
  const { momentum, nesterov } = shape;
  const rates = {
    rate: isRuns ? tf.mul(rate, tf.reshape(given.units, [-1, 1])) : rate,
    epsilon: given.methodEpsilon,
    beta1,
    beta2,
    momentum,
    nesterov,
  };
  const inputs = { spec, parameters, batch, objective, state, rates };
  const { losses, gradients, next } = methodStep(tf, method, inputs);
  const updates = updatesBy(gradients);
  const after = next(() => {
    const moved = { ...given, ...updatedBy(tf, updates, given) }; // updates in place come after the step, which can't see them
    return batchLosses(tf, spec, parametersOf(tf, moved, spec, m), batch, objective);
  });
  return { losses, updates, next: renamed(after, m) };
}

function renamed(state: MethodState, m: number): Tensors {
  return Object.fromEntries(Object.entries(state).map(([name, tensor]) => [methodStateName(m, name), tensor]));
}

/** The parameters of model number m; those in units of a replica's own are converted. */
function parametersOf(tf: Tf, given: Tensors, model: ModelSpec, m: number): Tensor[] {
  const parameters = parameterNames(model, m).map((name) => given[name]);
  const { units } = given;
  if (!units) return parameters;
  return parameters.map((each) => tf.mul(each, alongside(tf, units, each)));
}

/** The updates of parameters by their names, with their gradients: as `updated`, of the same scalar `rate` and `epsilon`. */
function updatesOf(tf: Tf, shape: TrainingShape, gradients: Tensors, given: Tensors): Update[] {
  const { op, inputs } = operationOf(tf, shape, given);
  return Object.entries(gradients).flatMap(([parameter, gradient]) => {
    const variables = stateNames(shape, parameter);
    if (shape.optimizer === "sgd" && shape.momentum > 0) return momentumUpdates(tf, shape, variables, gradient, given);
    return [{ op, variables, inputs: [...inputs, gradient] }];
  });
}

/** A sum of gradients moves first, then by it the parameter. */
function momentumUpdates(
  tf: Tf,
  { momentum, nesterov }: TrainingShape,
  [parameter, m]: readonly string[],
  gradient: Tensor,
  given: Tensors,
): Update[] {
  const moment = tf.add(tf.mul(given[m], momentum), gradient);
  const direction = nesterov ? tf.add(gradient, tf.mul(moment, momentum)) : moment;
  const op = "ResourceApplyGradientDescent";
  return [
    { op, variables: [m], inputs: [tf.scalar(1), tf.sub(given[m], moment)] },
    { op, variables: [parameter], inputs: [given.rate, direction] },
  ];
}

/** TensorFlow's operation, and its inputs before the gradient. Adam's powers of beta1 and beta2 are 0: they leave `rate` as it is. */
function operationOf(
  tf: Tf,
  { optimizer, beta1, beta2 }: TrainingShape,
  { rate, epsilon }: Tensors,
): Omit<Update, "variables"> {
  switch (optimizer) {
    case "sgd":
      return { op: "ResourceApplyGradientDescent", inputs: [rate] };
    case "adam":
    case "adamw": {
      const inputs = [tf.scalar(0), tf.scalar(0), rate, tf.scalar(beta1), tf.scalar(beta2), epsilon];
      return { op: "ResourceApplyAdam", inputs };
    }
    default:
      return unreachable(optimizer);
  }
}

/** The updates by which parameters decay. `decay` is for the group's first rate: a replica's is as much larger as its rate. */
function decaysOf(tf: Tf, { units, decay, ...given }: Tensors, names: readonly string[]): Update[] {
  return names.map((name) => {
    const amount = tf.mul(given[name], decay);
    const amounts = units ? tf.mul(amount, alongside(tf, units, amount)) : amount;
    return { op: "ResourceApplyGradientDescent", variables: [name], inputs: [tf.scalar(1), amounts] };
  });
}

/** What a step is fed of rates, by the names of `rateNames`. */
export function ratesOf(
  training: OptimizerSettings & MethodChoice & Pick<TrainingSettings, "taskKinds">,
  step: number,
): Record<string, number> {
  const method = methodOf(training);
  const ofMethod = method && methodRatesAt(method, training, step);
  return {
    ...ratesInPlace(training.optimizer, ratesAt(training, step)),
    ...(ofMethod && { methodRate: ofMethod.rate, methodEpsilon: ofMethod.epsilon }),
    decay: decayAt(training, step),
    ...decaysAt(training.taskKinds, step),
  };
}

/** What variables hold of model number m before the first step of runs with these parameters, [P] each. */
export function initialState(tf: Tf, shape: TrainingShape, m: number, parameters: readonly Float32Array[]): Tensors {
  const { models, R, tasks } = shape;
  const packed = pack(tf, models[m], parameters);
  const states = parameterNames(models[m], m).flatMap((name, i) => {
    const [, ...moments] = stateNames(shape, name);
    return [[name, packed[i]] as const, ...moments.map((moment) => [moment, tf.zerosLike(packed[i])] as const)];
  });
  const method = methodOf(shape);
  const ofMethod = method ? initialMethodState(tf, method, shape, [R, tasks, parameterCount(models[m])]) : {};
  return { ...Object.fromEntries(states), ...renamed(ofMethod, m) };
}

/**
 * The rates for TensorFlow's operations. Its Adam computes 1 - beta in float32, which for beta2 is off by 1.3e-5: m and
 * v are always larger or smaller by that factor, and the rates correct it.
 */
function ratesInPlace(optimizer: Optimizer, rates: Rates): Rates {
  const { rate, epsilon, beta1, beta2 } = rates;
  switch (optimizer) {
    case "sgd":
      return rates;
    case "adam":
    case "adamw": {
      const share = (beta: number): number => (1 - beta) / (1 - Math.fround(beta));
      const root = Math.sqrt(share(beta2));
      return { ...rates, rate: (rate * share(beta1)) / root, epsilon: epsilon / root };
    }
    default:
      return unreachable(optimizer);
  }
}
