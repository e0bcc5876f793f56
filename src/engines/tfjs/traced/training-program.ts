// A group's training as a traced program: one graph for all groups of one shape.
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import type { RowSet } from "../../../data/streams.ts";
import { parameterCount } from "../../../models/parameters.ts";
import { isOnCard } from "../device.ts";
import { EVALUATED_ROWS } from "../memory.ts";
import { masksOf } from "../model/masks.ts";
import { type Batch, predictionLosses } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import type { Loop } from "../trace/loop.ts";
import { Program } from "../trace/program.ts";
import type { Specs, Tensors } from "../trace/step.ts";
import { modelStep, parametersOf } from "./model-step.ts";
import {
  float,
  methodSpecs,
  parameterNames,
  rateNames,
  replicaSpecs,
  setsOf,
  stateSpecs,
  type TrainingShape,
  variablesOf,
} from "./training-shape.ts";

export interface ProgramOptions {
  /** Let XLA compile each step into one computation: no gain on a CPU, not measured on a card. */
  readonly xla?: boolean;
}

/**
 * From this many multiplications of a forward pass on, a step's operations run in parallel: on two cores one run on 64
 * rows (1e6) takes .09 ms without and .6 ms with it, 20 (2e7) take the same, 200 (2e8) gain a fifth.
 */
const CONCURRENT_PRODUCTS = 5e7;

/** Whether a step with this many multiplications in its forward pass runs its operations in parallel. */
function isConcurrent(tf: Tf, products: number): boolean {
  return isOnCard(tf) || products > CONCURRENT_PRODUCTS;
}

/** Loops: `train`, and `heldout/errors`, `train/errors` of the sets. */
export function trainingProgram(tf: Tf, shape: TrainingShape, { xla = false }: ProgramOptions = {}): Program {
  const { models, R, B } = shape;
  const evaluations = setsOf(shape).map((set) => [`${set}/errors`, evaluation(tf, shape, set)] as const);
  const products = R * B * models.reduce((sum, model) => sum + parameterCount(model), 0);
  return new Program(tf, {
    variables: variablesOf(shape),
    loops: { train: training(tf, shape), ...Object.fromEntries(evaluations) },
    xla,
    concurrent: isConcurrent(tf, products),
  });
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
    variables: [
      ...(fresh ? [] : ["train/x", "train/y"]),
      ...Object.keys({ ...replicaSpecs(shape), ...methodSpecs(shape) }),
    ],
    inPlace: Object.keys(stateSpecs(shape)),
    step: (given) => {
      const batch = fresh ? freshRows(tf, given) : gathered(tf, given, "train");
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
    variables: [
      ...models.flatMap(parameterNames),
      `${set}/x`,
      `${set}/y`,
      ...(ownRates ? ["units"] : []),
      ...(kinds ? ["lossUnits"] : []),
    ],
    step: (given) => {
      const batch = gathered(tf, given, set);
      const sums = models.map((model, m) => {
        const rule = { huberDelta, tasks: kinds, lossUnits: given.lossUnits };
        const losses = predictionLosses(tf, model, parametersOf(tf, given, model, m), batch, rule);
        return tf.sum(tf.mul(losses, given.weights as Tensor), 1);
      });
      return { outputs: { sums: tf.concat(sums) } };
    },
  };
}

/** Rows x [R, B, D], y [R, B, K] of the sources' x [F, B, D], y [F, B, K]. */
function freshRows(tf: Tf, { x, y, places }: Tensors): Batch {
  if (!places) return { x, y } as Batch;
  const pick = (values: Tensor | undefined) => tf.gather(values as Tensor, places as Tensor1D);
  return { x: pick(x), y: pick(y) };
}

function gathered(tf: Tf, given: Tensors, set: RowSet): Batch {
  const pick = (values: Tensor | undefined) => tf.gather(values as Tensor2D, given.numbers as Tensor2D);
  return { x: pick(given[`${set}/x`]), y: pick(given[`${set}/y`]) };
}
