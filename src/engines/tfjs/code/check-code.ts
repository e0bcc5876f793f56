// What is tried of a model in JavaScript before its first step.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { keyOf } from "../../../random/key.ts";
import { normals } from "../../../random/normal.ts";
import type { Tf } from "../tf.ts";
import type { LoadedCode } from "./load-code.ts";
import { predictCode } from "./predict.ts";
import { authorsError, modelError } from "./user-error.ts";

/** Rows that the model is tried on: no size of the data, and then fewer. */
const ROWS = 7;
const FEWER = 3;
/** How far a prediction may change with the rows beside it: kernels round differently. */
const TOLERANCE = 1e-4;

/**
 * Tries a model on random rows and parameters. Throws UsageError if its predictions have another shape, are not finite,
 * depend on other rows or on calls before, or leave a parameter without a gradient.
 */
export function checkCode(tf: Tf, model: CodeModel, loaded: LoadedCode): void {
  tf.tidy(() => {
    const x = tf.tensor(numbers("x", ROWS * model.inputs), [ROWS, model.inputs]);
    const values = loaded.parameters.map(({ name, shape, size }) => tf.tensor(small(name, size), [...shape]));
    const predict = (rows: Tensor, parameters: readonly Tensor[]) =>
      predictCode(tf, model, loaded, rows, parameters).outputs.dataSync<"float32">();
    const first = predict(x, values);
    if (!first.every(Number.isFinite)) throw modelError(model, "forward: expected finite numbers, got others");
    predict(tf.neg(x), values.map(tf.neg)); // another run's
    checkSame(model, first, predict(x, values));
    checkRows(model, first, predict(tf.slice(x, [0, 0], [FEWER, model.inputs]), values));
    checkGradients(tf, model, loaded, x, values);
  });
}

function checkRows(model: CodeModel, all: Float32Array, fewer: Float32Array): void {
  if (fewer.every((value, i) => Math.abs(value - (all[i] as number)) <= TOLERANCE * (1 + Math.abs(value)))) return;
  throw modelError(model, "forward: a row's prediction depends on the rows beside it, which evaluations put together");
}

function checkSame(model: CodeModel, first: Float32Array, again: Float32Array): void {
  if (first.every((value, i) => Object.is(value, again[i]))) return;
  throw modelError(
    model,
    "forward: gives other values for the same arguments after another call: it must keep nothing",
  );
}

/** Each for itself: the error then names the parameter. */
function checkGradients(tf: Tf, model: CodeModel, loaded: LoadedCode, x: Tensor, values: readonly Tensor[]): void {
  for (const [i, { name }] of loaded.parameters.entries()) {
    const sum = (value: Tensor) => {
      const { outputs, penalty } = predictCode(tf, model, loaded, x, values.with(i, value));
      return penalty ? tf.add(tf.sum(outputs), penalty) : tf.sum(outputs);
    };
    const gradient = gradientOf(model, name, () => tf.grad(sum)(values[i] as Tensor));
    if (!gradient.dataSync<"float32">().every(Number.isFinite))
      throw modelError(model, `parameters: ${name}: its gradient has numbers that are not finite`);
  }
}

/** TensorFlow.js's errors say how it computes, not what is wrong. */
function gradientOf(model: CodeModel, name: string, compute: () => Tensor): Tensor {
  try {
    return compute();
  } catch (error) {
    const { message } = authorsError(model, error);
    const operation = /gradient function not found for (\w+)/.exec(message)?.[1];
    if (operation !== undefined)
      throw modelError(model, `forward: ${operation} has no gradient here; use other operations`);
    if (!/Cannot compute gradient of y=f\(x\)/.test(message)) throw authorsError(model, error);
    throw modelError(
      model,
      `parameters: ${name}: gets no gradient: forward does not use it, or not by operations of tf`,
    );
  }
}

function numbers(name: string, count: number): Float32Array {
  return normals(keyOf(`mmoe/check/${name}`), count);
}

function small(name: string, count: number): Float32Array {
  return numbers(name, count).map((value) => 0.3 * value);
}
