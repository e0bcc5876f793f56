// A group's training as a traced program: one graph for all groups of one model, shape and optimizer.
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { TASKS } from "../../data/settings.ts";
import type { RowSet } from "../../data/streams.ts";
import { parameterCount } from "../../models/parameters.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { Optimizer, Run } from "../engine.ts";
import { isOnCard } from "./device.ts";
import { dropoutBy, masksOf } from "./dropout.ts";
import { stateNames, updatesOf } from "./in-place.ts";
import { EVALUATED_ROWS } from "./memory.ts";
import { type Batch, errorsOf, lossesAndGradients } from "./objective.ts";
import { packing } from "./pack.ts";
import type { Tf } from "./tf.ts";
import type { Loop } from "./trace/loop.ts";
import { Program } from "./trace/program.ts";
import type { Specs, Tensors } from "./trace/step.ts";
import type { TensorSpec } from "./trace/types.ts";

/** What one graph serves. Learning rate, steps and the sizes of the sets are none of its business. */
export interface TrainingShape {
  readonly model: ModelSpec;
  readonly optimizer: Optimizer;
  readonly R: number;
  readonly B: number;
  /** Whether rows are fed; else numbers of rows of the fixed set. */
  readonly fresh: boolean;
}

export interface ProgramOptions {
  /** Let XLA compile each step into one computation: no gain on a CPU, not measured on a card. */
  readonly xla?: boolean;
}

/**
 * Multiplications of a forward pass from which a step's operations are worth running beside each other: on two cores
 * one run on 64 rows (1e6) takes .09 ms without and .6 ms with it, 20 (2e7) take the same, 200 (2e8) gain a fifth.
 */
const CONCURRENT_PRODUCTS = 5e7;

export function trainingShape(runs: readonly Run[]): TrainingShape {
  const { model, training } = runs[0] as Run;
  const { optimizer, batch: B, trainRows } = training;
  return { model, optimizer, R: runs.length, B, fresh: trainRows === "fresh" };
}

/**
 * Variables: the optimizer's state of each packed block; the sets of all replicas one after the other, `train/x`
 * [rows, D] and so on. Loops: `train`, and `heldout/errors`, `train/errors`.
 */
export function trainingProgram(tf: Tf, shape: TrainingShape, { xla = false }: ProgramOptions = {}): Program {
  const { model, R, B, fresh } = shape;
  const sets: RowSet[] = fresh ? ["heldout"] : ["heldout", "train"];
  const evaluations = sets.map((set) => [`${set}/errors`, evaluation(tf, shape, set)] as const);
  return new Program(tf, {
    variables: { ...stateSpecs(shape), ...Object.assign({}, ...sets.map((set) => setSpecs(shape, set))) },
    loops: { train: training(tf, shape), ...Object.fromEntries(evaluations) },
    xla,
    concurrent: isOnCard(tf) || R * B * parameterCount(model) > CONCURRENT_PRODUCTS,
  });
}

/** The names of the variables that hold the packed parameters, in their order. */
export function parameterNames(model: ModelSpec): string[] {
  return packing(model).map(({ name }) => `parameters/${name}`);
}

/** [R, ...shape] for each packed block, and for what the optimizer keeps of it. */
function stateSpecs({ model, optimizer, R }: TrainingShape): Specs {
  const names = parameterNames(model);
  const entries = packing(model).flatMap(({ shape }, i) =>
    stateNames(optimizer, names[i] as string).map((name) => [name, float([R, ...shape])]),
  );
  return Object.fromEntries(entries);
}

function setSpecs({ model }: TrainingShape, set: RowSet): Specs {
  return { [`${set}/x`]: float([null, model.inputs]), [`${set}/y`]: float([null, TASKS]) };
}

/** A step on `numbers` [R, B] of the fixed set, or on fresh `x` and `y`, with that step's rates and masks. */
function training(tf: Tf, shape: TrainingShape): Loop {
  const { model, optimizer, R, B, fresh } = shape;
  const masks = masksOf(model, R, B);
  const names = parameterNames(model);
  const rows: Specs = fresh
    ? { x: float([R, B, model.inputs]), y: float([R, B, TASKS]) }
    : { numbers: { shape: [R, B], dtype: "int32" } };
  return {
    fed: { ...rows, rate: float([]), epsilon: float([]), ...specsBy(masks) },
    variables: fresh ? [] : ["train/x", "train/y"],
    inPlace: Object.keys(stateSpecs(shape)),
    step: (given) => {
      const batch = fresh ? ({ x: given.x, y: given.y } as Batch) : gathered(tf, given, "train");
      const dropout = dropoutBy(tf, Object.fromEntries(masks.map(({ name }) => [name, given[name] as Tensor])));
      const parameters = tensorsOf(given, names);
      const { losses, gradients } = lossesAndGradients(tf, model, parameters, batch, dropout);
      const byName = Object.fromEntries(names.map((name, i) => [name, gradients[i] as Tensor]));
      return { updates: updatesOf(tf, optimizer, byName, given), outputs: { losses } };
    },
  };
}

/** Sums of squared errors [R, K] of rows `numbers` [R, rows] of a set, each counted by its weight [rows]. */
function evaluation(tf: Tf, { model, R }: TrainingShape, set: RowSet): Loop {
  const names = parameterNames(model);
  return {
    fed: { numbers: { shape: [R, EVALUATED_ROWS], dtype: "int32" }, weights: float([EVALUATED_ROWS, 1]) },
    variables: [...names, `${set}/x`, `${set}/y`],
    step: (given) => {
      const errors = errorsOf(tf, model, tensorsOf(given, names), gathered(tf, given, set));
      const weighted = tf.mul(tf.square(errors), given.weights as Tensor);
      return { outputs: { sums: tf.sum(weighted, 1) } };
    },
  };
}

function tensorsOf(given: Tensors, names: readonly string[]): Tensor[] {
  return names.map((name) => given[name] as Tensor);
}

function gathered(tf: Tf, given: Tensors, set: RowSet): Batch {
  const pick = (values: Tensor | undefined) => tf.gather(values as Tensor2D, given.numbers as Tensor2D);
  return { x: pick(given[`${set}/x`]), y: pick(given[`${set}/y`]) };
}

function specsBy(tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]): Specs {
  return Object.fromEntries(tensors.map(({ name, shape }) => [name, float(shape)]));
}

function float(shape: TensorSpec["shape"]): TensorSpec {
  return { shape, dtype: "float32" };
}
