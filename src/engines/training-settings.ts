import type { Sampling } from "../data/order.ts";
import type { TaskSettings } from "../data/task-kinds.ts";
import type { Initializer } from "../models/initializers.ts";
import type { EvalEvery } from "./evaluations.ts";
import { CONSTANT, type Schedule } from "./learning-rate.ts";
import type { MethodChoice } from "./methods.ts";

/** 0, or the output that predicts the base rate of a label that is a class: its log-odds. */
export const OUTPUT_BIASES = ["zero", "base-rate"] as const;
type OutputBias = (typeof OUTPUT_BIASES)[number];

/** How a run is trained and watched. The tasks' losses are means over the batch. */
export interface TrainingSettings extends MethodChoice {
  /** Rows of the fixed training set, or `fresh`: new rows at each step. */
  readonly trainRows: number | "fresh";
  /** How batches are drawn from a fixed set. */
  readonly sampling: Sampling;
  /** B, rows of each step. */
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: Optimizer;
  /** The rate that the schedule starts from. */
  readonly lr: number;
  readonly schedule: Schedule;
  /** Adam's, which moves a parameter by m̂ / (sqrt(v̂) + epsilon) times the rate. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** The share of the sum of gradients that `sgd` keeps: it moves parameters by the sum. */
  readonly momentum: number;
  /** Whether it moves them by the gradient plus `momentum` times the sum instead. */
  readonly nesterov: boolean;
  /**
   * Of every parameter: `sgd` and `adam` add this times the parameter to its gradient; `adamw` first multiplies the
   * parameter by 1 - rate * weightDecay (Loshchilov & Hutter 2019).
   */
  readonly weightDecay: number;
  /** The largest norm of the gradient of all parameters; a longer one is scaled down before any decay. Null for any. */
  readonly clipNorm: number | null;
  /** Which vectors of embeddings take a step. */
  readonly embeddingSteps: EmbeddingSteps;
  /** What times a vector is added to its gradient, where lazy steps move those alone that rows of a batch have; absent for 0. */
  readonly embeddingDecay?: number;
  /** The tasks' kinds and weights, [K]; absent if all are regressions of weight 1. */
  readonly taskKinds?: readonly TaskSettings[];
  /**
   * The loss of a regression's error e: with null its square, else Huber's, e² / 2 up to this delta and delta (|e| - delta / 2)
   * beyond (Huber 1964).
   */
  readonly huberDelta: number | null;
  readonly arithmetic: Arithmetic;
  readonly initializer: Initializer;
  /** Standard deviation of the initial vectors of embeddings; absent for 1 / sqrt(the numbers of a vector). */
  readonly embeddingStd?: number;
  /** What biases of outputs begin at. */
  readonly outputBias: OutputBias;
  readonly evalEvery: EvalEvery;
  readonly heldoutRows: number;
  /** The most test rows of an evaluation before the last, which are the last of them; absent for all. */
  readonly evalRows?: number;
  /** How many of the held-out rows, the last, are for validation, and no loss or metric of the test; absent for none. */
  readonly validationRows?: number;
  /** Whether the held-out rows are the validation rows alone, on which a number of steps is chosen. */
  readonly validates?: true;
}

/** How many of the held-out rows, the first, are test rows. */
export function testRows({ heldoutRows, validationRows = 0 }: TrainingSettings): number {
  return heldoutRows - validationRows;
}

/** The first of the held-out rows that are evaluated after a step: all after the last step, a sample of a large table's before. */
export function firstEvaluated(training: TrainingSettings, step: number): number {
  const { steps, validates, evalRows = Number.POSITIVE_INFINITY } = training;
  return validates || step >= steps ? 0 : Math.max(0, testRows(training) - evalRows);
}

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

const PLAIN_OPTIMIZER = {
  schedule: CONSTANT,
  ...ADAM,
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  clipNorm: null,
} as const;

/** What trials and benchmarks train by, apart from sizes, steps and rate: a new setting has here the value that changes nothing. */
export const PLAIN_TRAINING = {
  sampling: "epochs",
  optimizer: "adam",
  ...PLAIN_OPTIMIZER,
  method: "sum",
  embeddingSteps: "dense",
  huberDelta: null,
  arithmetic: "portable",
  initializer: { name: "glorot-uniform" },
  outputBias: "zero",
} as const satisfies Omit<TrainingSettings, "trainRows" | "batch" | "steps" | "lr" | "evalEvery" | "heldoutRows">;

/**
 * All vectors, as PyTorch's Adam; or those that rows of the batch have, as its SparseAdam, whose step number is the run's: the
 * moments of others stay.
 */
export const EMBEDDING_STEPS = ["dense", "lazy"] as const;
export type EmbeddingSteps = (typeof EMBEDDING_STEPS)[number];

export const OPTIMIZERS = ["adam", "adamw", "sgd"] as const;
export type Optimizer = (typeof OPTIMIZERS)[number];

/** All that says how an optimizer moves parameters by their gradients. */
export type OptimizerSettings = Pick<
  TrainingSettings,
  | ("optimizer" | "lr" | "schedule" | "beta1" | "beta2" | "epsilon" | "momentum" | "nesterov")
  | ("weightDecay" | "embeddingDecay" | "clipNorm")
>;

/**
 * How the cpu engine's kernels add a product: rounded first (`portable`), or not (`fused`), by the processor's fused
 * multiply-add. Each gives the same bits on every machine that has it.
 */
export const ARITHMETICS = ["portable", "fused"] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** Numbers that training keeps for each parameter: itself and its moments, two for adam and adamw, one for sgd with momentum. */
export function valuesOf({ optimizer, momentum }: Pick<OptimizerSettings, "optimizer" | "momentum">): number {
  if (optimizer !== "sgd") return 3;
  return momentum > 0 ? 2 : 1;
}
