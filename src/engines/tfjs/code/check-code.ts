// What is tried of a model in JavaScript before its first step.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { keyOf } from "../../../random/key.ts";
import { normals } from "../../../random/normal.ts";
import type { Tf } from "../tf.ts";
import { separatedCode } from "./code-trainer.ts";
import { type CodeStart, initialCode } from "./initial-values.ts";
import type { LoadedCode } from "./load-code.ts";
import { predictCode } from "./predict.ts";
import { authorsError, modelError } from "./user-error.ts";

const MOVE = 0.1;
/** Rows that the model is tried on: no size of the data, and then fewer. */
const ROWS = 7;
const FEWER = 3;
/** How far a prediction may change with the rows beside it, and on TensorFlow's threads: sums are rounded otherwise. */
const TOLERANCE = 1e-4;

/**
 * Tries a model on random rows, near initial values of two runs. Throws UsageError if its predictions have another shape,
 * are not finite, depend on other rows or on calls before, or leave a parameter without a gradient.
 */
export function checkCode(tf: Tf, loaded: LoadedCode): void {
  const { model } = loaded;
  tf.tidy(() => {
    const x = tf.tensor(numbers("x", ROWS * model.inputs), [ROWS, model.inputs]);
    const [values, others] = [0, 1].map((index) => separatedCode(tf, loaded, tf.tensor1d(nearStart(index)))) as [
      Tensor[],
      Tensor[],
    ];
    const predict = (rows: Tensor, parameters: readonly Tensor[]) =>
      predictCode(tf, loaded, rows, parameters).outputs.dataSync<"float32">();
    const first = predict(x, values);
    if (!first.every(Number.isFinite)) throw modelError(model, "forward: expected finite numbers, got others");
    predict(tf.neg(x), others);
    const again = predict(x, values);
    if (!alike(first, again, tf.getBackend() === "tensorflow" ? TOLERANCE : 0))
      throw modelError(
        model,
        "forward: gives other values for the same arguments after another call: it must keep nothing",
      );
    if (!alike(predict(tf.slice(x, [0, 0], [FEWER, model.inputs]), values), first, TOLERANCE))
      throw modelError(
        model,
        "forward: a row's prediction depends on the rows beside it, which evaluations put together",
      );
    checkGradients(tf, loaded, x, values);
  });

  /** A run's initial values, a little moved: those that begin at 0 would hide what depends on them. */
  function nearStart(index: number): Float32Array {
    const run: CodeStart = { seed: 0, index, model, training: { initializer: { name: "glorot-uniform" } } };
    const moves = numbers(`parameters/${index}`, loaded.size);
    return initialCode(run, loaded).map((value, i) => value + MOVE * (moves[i] as number));
  }
}

/** Whether the values are those at the beginning of `others`. */
function alike(values: Float32Array, others: Float32Array, tolerance: number): boolean {
  return values.every((value, i) => Math.abs(value - (others[i] as number)) <= tolerance * (1 + Math.abs(value)));
}

/** Each for itself: the error then names the parameter. */
function checkGradients(tf: Tf, loaded: LoadedCode, x: Tensor, values: readonly Tensor[]): void {
  const { model, parameters } = loaded;
  for (const [i, { name }] of parameters.entries()) {
    const sum = (value: Tensor) => {
      const { outputs, penalty } = predictCode(tf, loaded, x, values.with(i, value));
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
