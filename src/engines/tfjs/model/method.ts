// What a method is: how the gradients of K tasks become one, for R replicas at once.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { allConstants } from "../../methods.ts";
import type { OptimizerSettings } from "../../training-settings.ts";
import type { Tf } from "../tf.ts";
import type { LearningRates } from "./optimizer.ts";

/** What a method keeps from step to step: tensors [R, K] by name, and KEPT [R, K, P]. */
export type MethodState = Readonly<Record<string, Tensor>>;

/** The name of what a method keeps of the tasks' gradients. */
export const KEPT = "gradients";

/** What says which moments an optimizer keeps. */
export type LearnedBy = Pick<OptimizerSettings, "optimizer" | "momentum">;

interface Keeping {
  /** The state before the first step by name, the same for all replicas and tasks, if the run has this optimizer. */
  readonly initial: (optimizer: LearnedBy) => Readonly<Record<string, number>>;
  /** The rate at which Adam moves what the method learns; `run`: learned by the run's own optimizer, at its rate. */
  readonly learningRate?: number | "run";
}

/**
 * 1 for a task of which a row of the batch has a label, else 0, [R, K]; undefined if no label is missing. A method treats a batch as
 * if the other tasks were not there: their losses are not known, their gradients are 0, and what it has learned of them stays.
 */
export type Present = Tensor | undefined;

/** Weighs the tasks' losses, for all parameters: one backward pass. */
export interface LossMethod extends Keeping {
  readonly weighs: "losses";
  /** Losses [R, K] → weights [R, K]. */
  weights(tf: Tf, losses: Tensor, state: MethodState, given: LossSituation): Tensor;
  next(tf: Tf, state: MethodState, losses: Tensor, given: AfterStep): MethodState;
}

/** What a step knows of the tasks besides their losses. */
interface LossSituation {
  readonly present?: Present;
  /** Normals of the tasks, [R, K]; only for the method that draws them. */
  readonly normals?: Tensor | undefined;
}

export interface AfterStep extends LossSituation {
  /** Rates of what the method learns; `rate` may be [R, 1]. */
  readonly rates: LearningRates;
  /** The losses of the same batch after the update of the parameters, [R, K]. */
  readonly lossesAfter: () => Tensor;
}

/** Combines the tasks' gradients on the shared parameters: a backward pass for each task. */
export interface GradientMethod extends Keeping {
  readonly weighs: "gradients";
  combine(tf: Tf, situation: Situation): Combination;
}

/** What a step knows of the tasks' gradients g_k on the shared parameters. */
interface Situation {
  /** Inner products g_i · g_j, [R, K, K]. */
  readonly gram: Tensor;
  /** By all parameters, [R, K, P], and 1 for those that are shared, else 0, [1, P]. */
  readonly gradients: Tensor;
  readonly isShared: Tensor;
  /** [R, K]. */
  readonly losses: Tensor;
  readonly present?: Present;
  /** Of the other tasks for each task, one-hot, [R, K-1, K, K]; only for methods with an `order` of their own. */
  readonly order?: Tensor | undefined;
  readonly state: MethodState;
  readonly rates: LearningRates;
}

export interface Combination {
  /** Weights of the tasks' gradients on the shared parameters, [R, K]. */
  readonly shared: Tensor;
  /** Weights on the parameters of one task, [R, K]; 1 if absent. */
  readonly own?: Tensor;
  /** What is weighed, if not the gradients, [R, K, P]. */
  readonly of?: Tensor;
  /** The next state; by default what it was. */
  readonly next?: MethodState;
}

export type Method = LossMethod | GradientMethod;

export type Constants = ReturnType<typeof allConstants>;

/** Smallest squared norm that anything is divided by: where tasks share nothing, gradients are 0. */
export const TINY = 1e-30;
