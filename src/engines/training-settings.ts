import type { Sampling } from "../data/order.ts";
import type { TaskSettings } from "../data/task-kinds.ts";
import type { Initializer } from "../models/initializers.ts";
import type { EvalEvery } from "./evaluations.ts";
import type { MethodName } from "./methods.ts";

/** How a run is trained and watched. The tasks' losses are means over the batch. */
export interface TrainingSettings {
  /** Rows of the fixed training set, or `fresh`: new rows at each step. */
  readonly trainRows: number | "fresh";
  /** How batches are drawn from a fixed set. */
  readonly sampling: Sampling;
  /** B, rows of each step. */
  readonly batch: number;
  readonly steps: number;
  /** `adam` with beta1 .9, beta2 .999, epsilon 1e-8, as m̂ / (sqrt(v̂) + epsilon); or `sgd`. */
  readonly optimizer: Optimizer;
  readonly lr: number;
  /** How the gradients of the tasks' losses become one. */
  readonly method: MethodName;
  /** The tasks' kinds and weights, [K]; absent if all are regressions of weight 1. */
  readonly taskKinds?: readonly TaskSettings[];
  /**
   * The loss of a regression's error e: with null its square, else Huber's, e² / 2 up to this delta and delta (|e| - delta / 2)
   * beyond (Huber 1964).
   */
  readonly huberDelta: number | null;
  readonly arithmetic: Arithmetic;
  readonly initializer: Initializer;
  readonly evalEvery: EvalEvery;
  readonly heldoutRows: number;
  /** How many of the held-out rows, the last, are for validation, and no loss or metric of the test; absent for none. */
  readonly validationRows?: number;
}

/** How many of the held-out rows, the first, are test rows. */
export function testRows({ heldoutRows, validationRows = 0 }: TrainingSettings): number {
  return heldoutRows - validationRows;
}

/** What trials and benchmarks train by, apart from sizes, steps and rate: a new setting has here the value that changes nothing. */
export const PLAIN_TRAINING = {
  sampling: "epochs",
  optimizer: "adam",
  method: "sum",
  huberDelta: null,
  arithmetic: "portable",
  initializer: { name: "glorot-uniform" },
} as const satisfies Omit<TrainingSettings, "trainRows" | "batch" | "steps" | "lr" | "evalEvery" | "heldoutRows">;

/** Whether a training path reads each setting: a new one does not compile until each path says. */
export type Heeds = Readonly<Record<keyof TrainingSettings, boolean>>;

export type Optimizer = "adam" | "sgd";

/**
 * How the cpu engine's kernels add a product: rounded first (`portable`), or not (`fused`), by the processor's fused
 * multiply-add. Each gives the same bits on every machine that has it.
 */
export const ARITHMETICS = ["portable", "fused"] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** Numbers that training keeps for each parameter: itself and, for adam, two moments. */
export const VALUES: Readonly<Record<Optimizer, number>> = { sgd: 1, adam: 3 };

export const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
