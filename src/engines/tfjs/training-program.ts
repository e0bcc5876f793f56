// A group's training as a traced program: one graph for all groups of one model, shape and optimizer.
import type { Tensor, Tensor2D } from "@tensorflow/tfjs";
import { TASKS } from "../../data/settings.ts";
import type { RowSet } from "../../data/streams.ts";
import { parameterCount } from "../../models/parameters.ts";
import type { ModelSpec } from "../../models/spec.ts";
import type { Optimizer, Run } from "../engine.ts";
import { isOnCard } from "./device.ts";
import { dropoutBy, masksOf } from "./dropout.ts";
import { EVALUATED_ROWS } from "./memory.ts";
import { type Batch, errorsOf, lossesAndGradient } from "./objective.ts";
import { type TrainingState, updated } from "./optimizer.ts";
import type { Tf } from "./tf.ts";
import type { Loop, Specs, Tensors } from "./trace/loop.ts";
import { Program } from "./trace/program.ts";
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
 * Variables: `parameters`, `m`, `v` [R, P]; the sets of all replicas one after the other, `train/x` [rows, D] and so on.
 * Loops: `train`, and an evaluation by the name of each set.
 */
export function trainingProgram(tf: Tf, shape: TrainingShape): Program {
  const { model, R, B, fresh } = shape;
  const sets: RowSet[] = fresh ? ["heldout"] : ["heldout", "train"];
  const evaluations = sets.map((set) => [`${set}/errors`, evaluation(tf, shape, set)] as const);
  return new Program(tf, {
    variables: { ...stateSpecs(shape), ...Object.assign({}, ...sets.map((set) => setSpecs(shape, set))) },
    loops: { train: training(tf, shape), ...Object.fromEntries(evaluations) },
    concurrent: isOnCard(tf) || R * B * parameterCount(model) > CONCURRENT_PRODUCTS,
  });
}

function stateSpecs({ model, optimizer, R }: TrainingShape): Specs {
  const all = float([R, parameterCount(model)]);
  return optimizer === "sgd" ? { parameters: all } : { parameters: all, m: all, v: all };
}

function setSpecs({ model }: TrainingShape, set: RowSet): Specs {
  return { [`${set}/x`]: float([null, model.inputs]), [`${set}/y`]: float([null, TASKS]) };
}

/** A step on `numbers` [R, B] of the fixed set, or on fresh `x` and `y`, with that step's rates and masks. */
function training(tf: Tf, shape: TrainingShape): Loop {
  const { model, R, B, fresh } = shape;
  const masks = masksOf(model, R, B);
  const state = Object.keys(stateSpecs(shape));
  const rows: Specs = fresh
    ? { x: float([R, B, model.inputs]), y: float([R, B, TASKS]) }
    : { numbers: { shape: [R, B], dtype: "int32" } };
  return {
    fed: { ...rows, rate: float([]), epsilon: float([]), ...specsBy(masks) },
    variables: fresh ? state : [...state, "train/x", "train/y"],
    step: (given) => {
      const batch = fresh ? ({ x: given.x, y: given.y } as Batch) : gathered(tf, given, "train");
      const dropout = dropoutBy(tf, Object.fromEntries(masks.map(({ name }) => [name, given[name] as Tensor])));
      const before = Object.fromEntries(state.map((key) => [key, given[key]])) as unknown as TrainingState;
      const { losses, gradient } = lossesAndGradient(tf, model, before.parameters, batch, dropout);
      const rates = { rate: given.rate as Tensor, epsilon: given.epsilon as Tensor };
      return { next: { ...updated(tf, before, gradient, rates) }, outputs: { losses } };
    },
  };
}

/** Sums of squared errors [R, K] of rows `numbers` [R, rows] of a set, each counted by its weight [rows]. */
function evaluation(tf: Tf, { model, R }: TrainingShape, set: RowSet): Loop {
  return {
    fed: { numbers: { shape: [R, EVALUATED_ROWS], dtype: "int32" }, weights: float([EVALUATED_ROWS, 1]) },
    variables: ["parameters", `${set}/x`, `${set}/y`],
    step: (given) => {
      const errors = errorsOf(tf, model, given.parameters as Tensor, gathered(tf, given, set));
      const weighted = tf.mul(tf.square(errors), given.weights as Tensor);
      return { outputs: { sums: tf.sum(weighted, 1) } };
    },
  };
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
