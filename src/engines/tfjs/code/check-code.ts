// What is tried of a model in JavaScript before its first step.
import { setTimeout } from "node:timers/promises";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { keyOf } from "../../../random/key.ts";
import { normals } from "../../../random/normal.ts";
import type { Tf } from "../tf.ts";
import { namedTensors } from "./code-trainer.ts";
import { type CodeStart, drawnCode, initialCode } from "./initial-values.ts";
import { type LoadedCode, loadCode } from "./load-code.ts";
import { type CodeValues, predictCode } from "./predict.ts";
import { codeQuantities } from "./quantities.ts";
import { authorsError, modelError } from "./user-error.ts";

const MOVE = 0.1;
/** Rows that the model is tried on: no size of the data, and then fewer. */
const ROWS = 7;
const FEWER = 3;
/** How far a prediction may change with the rows beside it, and on TensorFlow's threads: sums are rounded otherwise. */
const TOLERANCE = 1e-4;

/** A module that takes its seed from the clock must not be loaded twice in one tick of it. */
const TICK_MS = 2;

/**
 * Tries a model on random rows, near initial values of two runs, in training and not, and loaded once more. Throws
 * UsageError if its predictions or its state have another shape, are not finite, depend on calls before, on the load or,
 * outside of training, on other rows, or if a parameter gets no gradient, and for diagnostics that are no numbers.
 */
export async function checkCode(tf: Tf, loaded: LoadedCode): Promise<void> {
  await setTimeout(TICK_MS);
  const again = await loadCode(loaded.model);
  checkInitial(loaded, again);
  tf.tidy(() => {
    const x = tf.tensor(numbers("x", ROWS * loaded.model.inputs), [ROWS, loaded.model.inputs]);
    const [begun, other] = [startOf(tf, loaded, 0), startOf(tf, loaded, 1)];
    const { state } = predictCode(tf, loaded, x, begun, true);
    const values = { ...begun, state };
    checkRepeats(tf, [loaded, again], x, values, other);
    checkRows(tf, loaded, x, values);
    codeQuantities(tf, loaded, x, values);
    checkGradients(tf, loaded, x, values);
  });
}

/** What a run begins with must not depend on the runs before it, nor on when the module was loaded. */
function checkInitial(loaded: LoadedCode, again: LoadedCode): void {
  const [first, second] = [0, 1].map((index) => drawnCode(runOf(loaded.model, index), loaded));
  const gives = (code: LoadedCode, index: number, values: readonly ArrayLike<number>[] = []) => {
    const drawn = drawnCode(runOf(loaded.model, index), code);
    return drawn.length === values.length && drawn.every((one, i) => alike(one, values[i] as ArrayLike<number>, 0));
  };
  const declared = ({ parameters, state }: LoadedCode) => JSON.stringify([parameters, state]); // without functions
  if (declared(loaded) !== declared(again))
    throw modelError(loaded.model, "parameters: other shapes or initial values when the file is loaded again");
  const must = "it must draw from its argument alone";
  if (!gives(loaded, 0, first))
    throw modelError(loaded.model, `initial: gives other values for the same run after another call: ${must}`);
  if (!gives(again, 1, second) || !gives(again, 0, first))
    throw modelError(
      loaded.model,
      `initial: gives other values for the same run when the file is loaded again: ${must}`,
    );
}

/** The same arguments give the same numbers, also after other calls, and in a module that is loaded again. */
function checkRepeats(
  tf: Tf,
  [loaded, again]: readonly [LoadedCode, LoadedCode],
  x: Tensor,
  values: CodeValues,
  other: CodeValues,
): void {
  const tolerance = tf.getBackend() === "tensorflow" ? TOLERANCE : 0;
  for (const training of [true, false]) {
    const first = numbersOf(tf, loaded, x, values, training);
    if (!first.every(Number.isFinite)) throw modelError(loaded.model, "forward: expected finite numbers, got others");
    numbersOf(tf, loaded, tf.neg(x), other, training);
    if (!alike(first, numbersOf(tf, loaded, x, values, training), tolerance))
      throw modelError(
        loaded.model,
        "forward: gives other values for the same arguments after another call: what it keeps must be its state",
      );
    if (!alike(first, numbersOf(tf, again, x, values, training), tolerance))
      throw modelError(loaded.model, "forward: gives other values when the file is loaded again");
  }
}

/** A run's initial values, the parameters a little moved: those that begin at 0 would hide what depends on them. */
function startOf(tf: Tf, loaded: LoadedCode, index: number): CodeValues {
  const run = runOf(loaded.model, index);
  const moves = numbers(`parameters/${index}`, loaded.size);
  const moved = initialCode(run, loaded).map((value, i) => value + MOVE * (moves[i] as number));
  return {
    parameters: namedTensors(tf, loaded.parameters, moved),
    state: namedTensors(tf, loaded.state, initialCode(run, loaded, "state")),
  };
}

function runOf(model: CodeModel, index: number): CodeStart {
  return { seed: 0, index, model, training: { initializer: { name: "glorot-uniform" } } };
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
function alike(values: ArrayLike<number>, others: ArrayLike<number>, tolerance: number): boolean {
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!(Math.abs(value - (others[i] as number)) <= tolerance * (1 + Math.abs(value)))) return false;
  }
  return true;
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
