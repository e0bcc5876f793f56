// What is tried of a model in JavaScript before its first step.
import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { keyOf } from "../../../random/key.ts";
import { normals } from "../../../random/normal.ts";
import type { Tf } from "../tf.ts";
import { separated } from "./code-trainer.ts";
import { type CodeStart, initialCode } from "./initial-values.ts";
import type { LoadedCode } from "./load-code.ts";
import { type CodeValues, predictCode } from "./predict.ts";
import { codeQuantities } from "./quantities.ts";
import { authorsError, modelError } from "./user-error.ts";

const MOVE = 0.1;
/** Rows that the model is tried on: no size of the data, and then fewer. */
const ROWS = 7;
const FEWER = 3;
/** How far a prediction may change with the rows beside it, and on TensorFlow's threads: sums are rounded otherwise. */
const TOLERANCE = 1e-4;

/**
 * Tries a model on random rows, near initial values of two runs, in training and not. Throws UsageError if its
 * predictions or its state have another shape, are not finite, depend on calls before or, outside of training, on other
 * rows, or if a parameter gets no gradient, and for diagnostics that are no numbers.
 */
export function checkCode(tf: Tf, loaded: LoadedCode): void {
  const { model } = loaded;
  tf.tidy(() => {
    const x = tf.tensor(numbers("x", ROWS * model.inputs), [ROWS, model.inputs]);
    const [begun, other] = [startOf(tf, loaded, 0), startOf(tf, loaded, 1)];
    const { state } = predictCode(tf, loaded, x, begun, true);
    const values = { ...begun, state };
    for (const training of [true, false]) {
      const predict = (rows: Tensor, run: CodeValues) => numbersOf(tf, loaded, rows, run, training);
      const first = predict(x, values);
      if (!first.every(Number.isFinite)) throw modelError(model, "forward: expected finite numbers, got others");
      predict(tf.neg(x), other);
      if (!alike(first, predict(x, values), tf.getBackend() === "tensorflow" ? TOLERANCE : 0))
        throw modelError(
          model,
          "forward: gives other values for the same arguments after another call: what it keeps must be its state",
        );
    }
    checkRows(tf, loaded, x, values);
    codeQuantities(tf, loaded, x, values);
    checkGradients(tf, loaded, x, values);
  });
}

/** A run's initial values, the parameters a little moved: those that begin at 0 would hide what depends on them. */
function startOf(tf: Tf, loaded: LoadedCode, index: number): CodeValues {
  const { model } = loaded;
  const run: CodeStart = { seed: 0, index, model, training: { initializer: { name: "glorot-uniform" } } };
  const moves = numbers(`parameters/${index}`, loaded.size);
  const moved = initialCode(run, loaded).map((value, i) => value + MOVE * (moves[i] as number));
  return {
    parameters: separated(tf, loaded.parameters, moved),
    state: separated(tf, loaded.state, initialCode(run, loaded, "state")),
  };
}

/** All that a pass gives: predictions, and the state after a training step. */
function numbersOf(tf: Tf, loaded: LoadedCode, rows: Tensor, values: CodeValues, training: boolean): Float32Array {
  const { outputs, state } = predictCode(tf, loaded, rows, values, training);
  return tf.concat([outputs, ...state].map((tensor) => tf.reshape(tensor, [-1]))).dataSync<"float32">();
}

/** Evaluations put rows together as they like. */
function checkRows(tf: Tf, loaded: LoadedCode, x: Tensor, values: CodeValues): void {
  const predict = (rows: Tensor) => predictCode(tf, loaded, rows, values, false).outputs.dataSync<"float32">();
  if (alike(predict(tf.slice(x, [0, 0], [FEWER, loaded.model.inputs])), predict(x), TOLERANCE)) return;
  const where = loaded.state.length === 0 ? "" : " with training: false,";
  throw modelError(
    loaded.model,
    `forward:${where} a row's prediction depends on the rows beside it, which evaluations put together`,
  );
}

/** Whether the values are those at the beginning of `others`. */
function alike(values: Float32Array, others: Float32Array, tolerance: number): boolean {
  return values.every((value, i) => Math.abs(value - (others[i] as number)) <= tolerance * (1 + Math.abs(value)));
}

/** Each for itself: the error then names the parameter. */
function checkGradients(tf: Tf, loaded: LoadedCode, x: Tensor, { parameters, state }: CodeValues): void {
  const { model } = loaded;
  for (const [i, { name }] of loaded.parameters.entries()) {
    const sum = (value: Tensor) => {
      const values = { parameters: parameters.with(i, value), state };
      const { outputs, penalty } = predictCode(tf, loaded, x, values, true);
      return penalty ? tf.add(tf.sum(outputs), penalty) : tf.sum(outputs);
    };
    const gradient = gradientOf(model, name, () => tf.grad(sum)(parameters[i] as Tensor));
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
