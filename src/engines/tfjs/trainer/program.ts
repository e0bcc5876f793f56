// What a group's training computes, however it is executed: steps of loops over variables that stay on the device.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../tf.ts";

/** Type and shape of a tensor; `null` is a size that may differ from call to call. */
export interface TensorSpec {
  readonly shape: readonly (number | null)[];
  readonly dtype: "float32" | "int32" | "bool";
}

/** Tensors by the names of variables, of what is fed, or of outputs. */
export type Tensors = Readonly<Record<string, Tensor>>;
export type Specs = Readonly<Record<string, TensorSpec>>;

export interface ProgramSpec {
  readonly variables: Specs;
  readonly loops: Readonly<Record<string, Loop>>;
  /** Let operations of a step run in parallel: better for large ones, costs some time in each step. */
  readonly concurrent?: boolean;
}

export interface Loop {
  /** Data of one step; a call of n steps is fed [n, ...shape]. */
  readonly fed: Specs;
  /** Names of tables, of which the step gets the rows that it is fed the `numbers` of, [...numbers, width]. */
  readonly tables?: readonly string[];
  /** Names of the variables that the step gets; those in `next` are replaced after each step. */
  readonly variables: readonly string[];
  /** Names of the variables that updates change in place; the step gets them too. */
  readonly inPlace?: readonly string[];
  readonly step: Step;
}

/** One step: what follows from tensors by name, without effects. */
export type Step = (inputs: Tensors) => {
  /** New values of the variables that no update of TensorFlow's changes in place. */
  readonly next?: Tensors;
  /** Changes of variables in place; those of one variable in this order. */
  readonly updates?: readonly Update[];
  /** Returned for each step. */
  readonly outputs: Tensors;
};

/** An operation of TensorFlow's that changes variables. */
export interface Update<T = Tensor> {
  readonly op: keyof typeof UPDATES;
  /** Its first inputs. */
  readonly variables: readonly string[];
  readonly inputs: readonly T[];
}

export interface Program {
  /** Whether steps take data of other sizes than their loop says: a graph has sizes as constants. */
  readonly takesAnySize: boolean;
  /** Sets variables. One that was never set can't be used. */
  assign(values: Tensors): void;
  /** Sets a table to rows of this width; they must stay as they are until the program is cleared. */
  assignTable(name: string, rows: Float32Array, width: number): void;
  /** The variables' values: tensors that the caller disposes of. */
  read(...variables: string[]): Tensor[];
  /**
   * Runs a loop for `steps` steps on the fed data [steps, ...]. Returns its outputs [steps, ...], which the caller
   * disposes of. Blocks JavaScript until they are there.
   */
  run(loop: string, steps: number, fed: Tensors): Tensors;
  /** Frees what variables and tables hold, as far as possible, until they are set again. */
  clear(): void;
  dispose(): void;
}

export function mapped<T, U>(
  record: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}

/** The variables that updates make of `variables`, by their names. */
export function updatedBy(tf: Tf, updates: readonly Update[], variables: Tensors): Tensors {
  let updated: Tensors = {};
  for (const { op, variables: names, inputs } of updates) {
    const before = names.map((name) => updated[name] ?? variables[name]);
    const after = UPDATES[op](tf, before, inputs);
    updated = { ...updated, ...Object.fromEntries(names.map((name, i) => [name, after[i]])) };
  }
  return updated;
}

type Updating = (tf: Tf, variables: readonly Tensor[], inputs: readonly Tensor[]) => Tensor[];

const UPDATES = {
  ResourceApplyGradientDescent: (tf, [parameters], [rate, gradient]) => [tf.sub(parameters, tf.mul(gradient, rate))],
  /** Without the powers of beta1 and beta2, which are 0. */
  ResourceApplyAdam: (tf, [parameters, ...moments], [, , rate, beta1, beta2, epsilon, gradient]) => {
    const towards = (mean: Tensor, value: Tensor, beta: Tensor) =>
      tf.add(mean, tf.mul(tf.sub(value, mean), tf.sub(1, beta)));
    const m = towards(moments[0], gradient, beta1);
    const v = towards(moments[1], tf.square(gradient), beta2);
    return [tf.sub(parameters, tf.div(tf.mul(m, rate), tf.add(tf.sqrt(v), epsilon))), m, v];
  },
} as const satisfies Record<string, Updating>;
