// What a model in JavaScript is: the interface that users write against. docs/own-models.md shows it at work.

import type { Schedule } from "../learning-rate.ts";
import type { MethodConstants, MethodName } from "../methods.ts";

/** What a task predicts, and how its loss is taken. */
export interface ModelTask {
  readonly kind: "regression" | "binary" | "categorical";
  /** What its loss is multiplied by in the sum that is minimised. Recorded losses are without weights. */
  readonly weight: number;
  /** What the weight is multiplied by after each step; absent if it stays. */
  readonly decay?: number;
  /** What the loss of a class, in nats, is multiplied by; 1 for a regression. */
  readonly unit: number;
  /** Outputs of the model: a logit for each class of a categorical task, else one. */
  readonly outputs: number;
  /** Whether rows may lack the label, which is NaN there. */
  readonly gaps: boolean;
}

/** Settings of one run: those of the sweep, at its grid point. */
export interface ModelSettings {
  /** 64 bits: a function of the sweep's seed, the run and the model. `Math.random` is seeded with it already. */
  readonly seed: bigint;
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  /** B, the rows of each step. */
  readonly batch: number;
  readonly steps: number;
  readonly optimizer: string;
  /** The learning rate that the schedule starts from. */
  readonly lr: number;
  readonly schedule: Schedule;
  /** The learning rate of a step, from 1. */
  readonly lrAt: (step: number) => number;
  /** Adam's. */
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Of `sgd`. */
  readonly momentum: number;
  readonly nesterov: boolean;
  readonly weightDecay: number;
  /** The largest norm of the gradient of all parameters; null for any. */
  readonly clipNorm: number | null;
  /** How the gradients of the tasks' losses become one (docs/methods.md). */
  readonly method: MethodName;
  /** The constants of that method, by their names. */
  readonly constants: MethodConstants;
  /** Null for squared errors, else the delta of Huber's loss. */
  readonly huberDelta: number | null;
  /** The tasks, [K]. */
  readonly kinds: readonly ModelTask[];
  /** How many outputs the model has for each task, [K]: they lie side by side, O in all. */
  readonly outputs: readonly number[];
  /** Inputs that are the numbers of a category's values: how many values each has, by its place among the inputs. */
  readonly categories: ReadonlyMap<number, number>;
  /** Whether rows have weights, which `step` then gets. */
  readonly weighted: boolean;
  /** Whether a step is to move all vectors of such an input, or those of the batch alone (docs/config.md). */
  readonly embeddingSteps: "dense" | "lazy";
}

/** Numbers in row-major order: an array, which may have arrays in it, or a typed array. */
export type Numbers = Float32Array | Float64Array | readonly (number | Numbers)[];

/**
 * One run of a model. The default export of a model's file is a class of them, made as `new Model(inputs, tasks, settings)`, and may
 * say in a static `about` what it is, and by a static `categories` of true that it reads `settings.categories`. A method may give a
 * promise.
 */
export interface OwnTrainer {
  /**
   * Updates the model on rows x [B, D] with labels y [B, K]; gives the loss of each task before the update, [K]. Weights [B, K] of the
   * rows, if they have some, multiply their losses, whose means are over the number of rows all the same.
   */
  step(x: Float32Array, y: Float32Array, weights?: Float32Array): Numbers | Promise<Numbers>;
  /** The predictions [N, O] of rows x [N, D], of any number of rows; a row's must not depend on the others. */
  predict(x: Float32Array): Numbers | Promise<Numbers>;
  /** What a run that was stopped resumes from, of what `structuredClone` can copy. */
  stateDict?(): unknown;
  loadStateDict?(state: unknown): unknown;
  /** The final weights by name, for `--keep-weights`: arrays, whose nesting is their shape, or flat typed arrays. */
  weights?(): Readonly<Record<string, Numbers>> | Promise<Readonly<Record<string, Numbers>>>;
  /** A model that trains by the sweep's method says so here; others train by `sum` alone. */
  readonly method?: string;
  /** How many numbers are trained, for tables. */
  readonly parameterCount?: number;
}
