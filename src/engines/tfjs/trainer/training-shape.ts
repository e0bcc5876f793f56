// The shape of training that one graph serves, and the graph's variables.
import type { RowSet } from "../../../data/streams.ts";
import type { TaskSettings } from "../../../data/task-kinds.ts";
import { parameterCount } from "../../../models/parameters.ts";
import type { ModelSpec } from "../../../models/spec.ts";
import type { MethodChoice } from "../../methods.ts";
import { type OptimizerSettings, valuesOf } from "../../training-settings.ts";
import type { Group } from "../groups.ts";
import type { LearnedBy } from "../model/method.ts";
import { stateShape } from "../model/method-step.ts";
import { methodOf } from "../model/methods.ts";
import { packing } from "../model/pack.ts";
import type { Specs, TensorSpec } from "./program.ts";

/** Of an optimizer, what a graph depends on. */
type OptimizerShape = Omit<OptimizerSettings, "lr" | "schedule" | "epsilon">;

/** A graph does not depend on learning rates, steps and the sizes of the sets. */
export interface TrainingShape extends OptimizerShape, MethodChoice {
  readonly models: readonly ModelSpec[];
  readonly huberDelta: number | null;
  /** Absent if all tasks are regressions of weight 1. */
  readonly kinds?: readonly TaskSettings[];
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  readonly R: number;
  readonly B: number;
  /** Whether rows are fed; if not, numbers of rows of the fixed set are. */
  readonly fresh: boolean;
  /** Whether some replicas are fed the same rows. */
  readonly sharedFeed: boolean;
  /** Whether replicas differ in their learning rate: each then has its parameters in `units` of its own. */
  readonly ownRates: boolean;
}

export function trainingShape({ models, runs, sources, places }: Group): TrainingShape {
  const { training, model } = runs[0];
  const { inputs, tasks } = model;
  const { method, constants, huberDelta, taskKinds: kinds, batch: B, trainRows, lr } = training;
  const { optimizer, beta1, beta2, momentum, nesterov, weightDecay, clipNorm } = training;
  const fresh = trainRows === "fresh";
  return {
    optimizer,
    beta1,
    beta2,
    momentum,
    nesterov,
    weightDecay,
    clipNorm,
    models,
    method,
    ...(constants && { constants }),
    huberDelta,
    inputs,
    tasks,
    R: places.length,
    B,
    fresh,
    ...(kinds && { kinds }),
    sharedFeed: fresh && sources.length < places.length,
    ownRates: runs.some((run) => run.training.lr !== lr),
  };
}

/**
 * The optimizer's state of each packed block of each model; the sets of all sources one after the other, `train/x`
 * [rows, D] and so on; the values that differ between replicas; the method's state.
 */
export function variablesOf(shape: TrainingShape): Specs {
  const sets = setsOf(shape).map((set) => [
    [`${set}/x`, float([null, shape.inputs])],
    [`${set}/y`, float([null, shape.tasks])],
  ]);
  return { ...stateSpecs(shape), ...methodSpecs(shape), ...Object.fromEntries(sets.flat()), ...replicaSpecs(shape) };
}

/** The sets that are kept on the device. */
export function setsOf({ fresh }: Pick<TrainingShape, "fresh">): RowSet[] {
  return fresh ? ["heldout"] : ["heldout", "train"];
}

/** The names of the variables that hold the packed parameters of model number m, in their order. */
export function parameterNames(model: ModelSpec, m: number): string[] {
  return packing(model).map(({ name }) => `parameters/${m}/${name}`);
}

/** [R, ...shape] for each packed block, and for its optimizer's moments. */
export function stateSpecs(shape: TrainingShape): Specs {
  const { models, R } = shape;
  const entries = models.flatMap((model, m) => {
    const names = parameterNames(model, m);
    return packing(model).flatMap((block, i) =>
      stateNames(shape, names[i]).map((name) => [name, float([R, ...block.shape])]),
    );
  });
  return Object.fromEntries(entries);
}

/** `places`: indices of the sources, for rows that are fed; `units`: those of the parameters; `lossUnits`: those of the losses. */
export function replicaSpecs({ R, tasks, kinds, sharedFeed, ownRates }: TrainingShape): Specs {
  return {
    ...(sharedFeed && { places: { shape: [R], dtype: "int32" } }),
    ...(ownRates && { units: float([R]) }),
    ...(kinds && { lossUnits: float([R, tasks]) }),
  };
}

/** What the method keeps for each model. */
export function methodSpecs(shape: TrainingShape): Specs {
  const { models, R, tasks } = shape;
  const names = Object.keys(methodOf(shape)?.initial(shape) ?? {});
  return Object.fromEntries(
    models.flatMap((model, m) => {
      const sizes = [R, tasks, parameterCount(model)] as const;
      return names.map((name) => [methodStateName(m, name), float(stateShape(name, sizes))]);
    }),
  );
}

export function methodStateName(m: number, name: string): string {
  return `method/${m}/${name}`;
}

/** The numbers that are fed for each step: rates of the parameters and of what the method learns, adamw's decay, and decays of tasks' weights. */
export function rateNames(
  shape: MethodChoice &
    Pick<OptimizerShape, "optimizer" | "weightDecay"> & { readonly kinds?: readonly TaskSettings[] | undefined },
): string[] {
  const ofMethod = methodOf(shape)?.learningRate ? ["methodRate", "methodEpsilon"] : [];
  return [
    "rate",
    "epsilon",
    ...ofMethod,
    ...(shape.optimizer === "adamw" && shape.weightDecay > 0 ? ["decay"] : []),
    ...Object.keys(decaysAt(shape.kinds, 1)),
  ];
}

/** What tasks' weights are multiplied by at `step`, by names `weight/0` and so on; empty if all stay. */
export function decaysAt(kinds: readonly TaskSettings[] = [], step: number): Record<string, number> {
  if (kinds.every(({ decay }) => decay === undefined)) return {};
  return Object.fromEntries(kinds.map(({ decay = 1 }, k) => [`weight/${k}`, decay ** (step - 1)]));
}

export function float(shape: TensorSpec["shape"]): TensorSpec {
  return { shape, dtype: "float32" };
}

/** The variables of an optimizer for parameters of these names, in the order in which updates take them. */
export function stateNames(optimizer: LearnedBy, parameter: string): string[] {
  return [parameter, `${parameter}/m`, `${parameter}/v`].slice(0, valuesOf(optimizer));
}
