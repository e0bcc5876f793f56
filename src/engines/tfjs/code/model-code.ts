// What a model in JavaScript is: the interface that users write against. docs/own-models.md shows it at work.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Ends } from "../../../models/shapes.ts";
import type { Tf } from "../tf.ts";

/**
 * A user's own model: the default export of a JavaScript module. It describes one run; mmoe trains many, each on its
 * own rows from its own initial values. `forward` must be a function of its arguments alone.
 */
export interface ModelCode {
  /** One sentence for `mmoe models`. */
  readonly about?: string;
  /**
   * The parameters by name, for D inputs and K tasks (of `outputs` each, if some have classes): their shapes, and how they
   * begin.
   */
  parameters(ends: Ends): Readonly<Record<string, Shape | Parameter>>;
  /**
   * What a run keeps from step to step beside its parameters, such as moving means: shapes by name, which begin at 0 by
   * default. It gets no gradient; `forward` returns the next one at each step.
   */
  state?(ends: Ends): Readonly<Record<string, Shape | Parameter>>;
  /**
   * x [B, D] → predictions [B, K] in units of the labels, for any number B of rows; the logit of class 1 for a binary label,
   * and a column for each class of a categorical one. Unless in training, the prediction of
   * a row must not depend on the rows beside it. `parameters` has a tensor for each name, of its shape. Tensors made on
   * the way are freed for you. Trained on TensorFlow.js (`tf`), whose operations must have a gradient.
   */
  forward(tf: Tf, x: Tensor, parameters: Readonly<Record<string, Tensor>>, pass: ForwardPass): Tensor | Prediction;
  /**
   * What training lowers in place of the sweep's loss, from predictions and labels [B, K], of which a class is its number: a number [], or one of each task,
   * [K], of which the sum counts. The losses that are recorded stay the sweep's.
   */
  loss?(
    tf: Tf,
    outputs: Tensor,
    labels: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    pass: ForwardPass,
  ): Tensor;
  /**
   * Numbers that say what a run is like, each a tensor [], by names of your own: measured on its first held-out rows x
   * [B, D], 500 at most, at its evaluations or at 11 of them. Training does not change by it.
   */
  diagnostics?(
    tf: Tf,
    x: Tensor,
    parameters: Readonly<Record<string, Tensor>>,
    pass: Pick<ForwardPass, "state">,
  ): Readonly<Record<string, Tensor>>;
}

/** What `forward` is called for. */
export interface ForwardPass {
  /** The model's state before this pass: a tensor for each name, of its shape. */
  readonly state: Readonly<Record<string, Tensor>>;
  /** Whether the run learns from these rows; else they are predicted, and the state stays as it is. */
  readonly training: boolean;
  /** Random numbers for training steps, such as those of dropout or of noisy gates. It throws outside of training. */
  readonly random: StepRandom;
}

/**
 * Random tensors from streams of this run, model and step: each call gives others, and the same call of the same step gives
 * the same ones again, on every engine.
 */
export interface StepRandom {
  /** Standard normal numbers. */
  normals(shape: Shape): Tensor;
  /** Uniform numbers from the open interval (0, 1). */
  uniforms(shape: Shape): Tensor;
}

/** Sizes of a tensor's axes; [] is a number. */
export type Shape = readonly number[];

export interface Parameter {
  readonly shape: Shape;
  /**
   * A number for all values, or a function that draws them [size], in row-major order. By default a parameter of two axes
   * or more begins as the sweep's `initializer` says, each matrix of its last two axes [in, out] for itself, and others
   * begin at 0.
   */
  readonly initial?: number | ((draw: Draw) => ArrayLike<number>);
}

/** Random numbers from streams of this run, model and parameter. Each call draws others. */
export interface Draw {
  readonly shape: Shape;
  /** The product of the shape. */
  readonly size: number;
  /** Standard normal numbers. */
  normals(count: number): Float32Array;
  /** Uniform numbers from the open interval (0, 1). */
  uniforms(count: number): Float64Array;
}

/** Predictions with what else a pass gives. */
export interface Prediction {
  /** [B, K]; of tasks with classes a column for each class. */
  readonly outputs: Tensor;
  /** A number, [], that is added to the objective, such as a penalty on the parameters. Losses do not show it. */
  readonly penalty?: Tensor;
  /** The model's state after a training step, all of it; not read otherwise. */
  readonly state?: Readonly<Record<string, Tensor>>;
}
