// What is tried of a model in JavaScript before its first step.
import { setTimeout } from "node:timers/promises";
import type { Tensor } from "@tensorflow/tfjs-core";
import type { CodeModel } from "../../../models/code.ts";
import { keyOf } from "../../../random/key.ts";
import { normals } from "../../../random/normal.ts";
import { modelError } from "../../children/model-error.ts";
import { DrawSource } from "../model/draws.ts";
import type { Batch } from "../model/objective.ts";
import type { Tf } from "../tf.ts";
import { namedTensors } from "./code-trainer.ts";
import { type CodeStart, drawnCode, initialCode } from "./initial-values.ts";
import { type LoadedCode, loadCode } from "./load-code.ts";
import { ownLoss } from "./objective.ts";
import { type CodeValues, predictCode } from "./predict.ts";
import { codeQuantities } from "./quantities.ts";
import { type Drawing, drawingAt } from "./step-random.ts";
import { authorsError } from "./user-error.ts";

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
    const batch = { x: randomTensor(tf, "x", loaded.model.inputs), y: randomTensor(tf, "y", loaded.model.tasks) };
    const [begun, other] = [startOf(tf, loaded, 0), startOf(tf, loaded, 1)];
    const { state } = predictCode(tf, loaded, batch.x, begun, drawingOf(tf, loaded));
    const values = { ...begun, state };
    checkRepeats(tf, [loaded, again], batch, values, other);
    checkRows(tf, loaded, batch.x, values);
    codeQuantities(tf, loaded, batch.x, values);
    checkGradients(tf, loaded, batch, values);
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
  batch: Batch,
  values: CodeValues,
  other: CodeValues,
): void {
  const tolerance = tf.getBackend() === "tensorflow" ? TOLERANCE : 0;
  const what = loaded.code.loss ? "forward or loss" : "forward";
  for (const numbersOf of [stepNumbers, evaluationNumbers]) {
    const first = numbersOf(tf, loaded, batch, values);
    if (!first.every(Number.isFinite)) throw modelError(loaded.model, `${what}: expected finite numbers, got others`);
    numbersOf(tf, loaded, { ...batch, x: tf.neg(batch.x) }, other);
    if (!alike(first, numbersOf(tf, loaded, batch, values), tolerance))
      throw modelError(
        loaded.model,
        `${what}: gives other values for the same arguments after another call: what it keeps must be its state`,
      );
    if (!alike(first, numbersOf(tf, again, batch, values), tolerance))
      throw modelError(loaded.model, `${what}: gives other values when the file is loaded again`);
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

/** All that a training step gives: predictions, the state after it, and the model's own loss. */
function stepNumbers(tf: Tf, loaded: LoadedCode, { x, y }: Batch, values: CodeValues): Float32Array {
  const predicted = predictCode(tf, loaded, x, values, drawingOf(tf, loaded));
  const loss = ownLoss(tf, loaded, predicted, y, values.parameters);
  const given = [predicted.outputs, ...predicted.state, ...(loaded.code.loss ? [loss as Tensor] : [])];
  return tf.concat(given.map((tensor) => tf.reshape(tensor, [-1]))).dataSync<"float32">();
}

function evaluationNumbers(tf: Tf, loaded: LoadedCode, { x }: Batch, values: CodeValues): Float32Array {
  return predictCode(tf, loaded, x, values).outputs.dataSync<"float32">();
}

/** The same random numbers for each step that is tried. */
function drawingOf(tf: Tf, { model }: LoadedCode): Drawing {
  return drawingAt(tf, new DrawSource(runOf(model, 0)), 1);
}

/** Evaluations put rows together as they like. */
function checkRows(tf: Tf, loaded: LoadedCode, x: Tensor, values: CodeValues): void {
  const predict = (rows: Tensor) => predictCode(tf, loaded, rows, values).outputs.dataSync<"float32">();
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
function checkGradients(tf: Tf, loaded: LoadedCode, { x, y }: Batch, { parameters, state }: CodeValues): void {
  const { model } = loaded;
  for (const [i, { name }] of loaded.parameters.entries()) {
    const objective = (value: Tensor) => {
      const values = { parameters: parameters.with(i, value), state };
      const predicted = predictCode(tf, loaded, x, values, drawingOf(tf, loaded));
      const sum = tf.sum(ownLoss(tf, loaded, predicted, y, values.parameters) ?? predicted.outputs);
      return predicted.penalty ? tf.add(sum, predicted.penalty) : sum;
    };
    const gradient = gradientOf(loaded, name, () => tf.grad(objective)(parameters[i] as Tensor));
    if (!gradient.dataSync<"float32">().every(Number.isFinite))
      throw modelError(model, `parameters: ${name}: its gradient has numbers that are not finite`);
  }
}

/** TensorFlow.js's errors say how it computes, not what is wrong. */
function gradientOf({ model, code }: LoadedCode, name: string, compute: () => Tensor): Tensor {
  try {
    return compute();
  } catch (error) {
    const { message } = authorsError(model, error);
    const operation = /gradient function not found for (\w+)/.exec(message)?.[1];
    if (operation !== undefined)
      throw modelError(
        model,
        `${code.loss ? "forward or loss" : "forward"}: ${operation} has no gradient here; use other operations`,
      );
    if (!/Cannot compute gradient of y=f\(x\)/.test(message)) throw authorsError(model, error);
    const users = code.loss ? "forward and loss do" : "forward does";
    throw modelError(model, `parameters: ${name}: gets no gradient: ${users} not use it, or not by operations of tf`);
  }
}

/** [ROWS, width]. */
function randomTensor(tf: Tf, name: string, width: number): Tensor {
  return tf.tensor(numbers(name, ROWS * width), [ROWS, width]);
}

function numbers(name: string, count: number): Float32Array {
  return normals(keyOf(`mmoe/check/${name}`), count);
}
