// Memory of a group, and how large a group may be. All numbers are float32.
import { parameterBlocks, parameterCount } from "../../models/parameters.ts";
import { type ModelSpec, readInputs } from "../../models/spec.ts";
import type { Run } from "../engine.ts";
import { combinesGradients, keptGradients } from "../methods.ts";
import type { Group } from "./groups.ts";
import { bytesOf, setSizes, stepArrays } from "./trainer/feed-arrays.ts";

/** Rows of a set that are predicted at a time, for each replica: bounds the memory that an evaluation takes. */
export const EVALUATED_ROWS = 500;

/** Bytes of a run's rows. They are on the host, or copied to a table on the device. */
export function rowBytes({ model, training }: Run): number {
  return 4 * rowCount(training) * (model.inputs + model.tasks);
}

/**
 * Bytes of a replica's tensors at its peak: Adam's state before and after an update, with a method that combines
 * gradients three times those of each task (as they are, side by side, and those of shared parameters), what it keeps of them
 * before, during and after an update, and about 3 copies of x and 5 of each unit for each row that is trained on or predicted.
 */
export function tensorBytes({ model, training }: Run): number {
  const active = Math.max(training.batch, Math.min(EVALUATED_ROWS, rowCount(training)));
  const kept = 3 * keptGradients(training, model.tasks);
  const gradients = (combinesGradients(training) ? 3 * model.tasks : 0) + kept;
  return 4 * ((6 + gradients) * parameterCount(model) + active * (3 * inputNumbers(model) + 5 * unitCount(model)));
}

/** Numbers of a row: x and, with embeddings, what networks read, and a 0 or 1 for each vector. */
function inputNumbers(model: ModelSpec): number {
  const { inputs, embeddings = [] } = model;
  return embeddings.length === 0
    ? inputs
    : embeddings.reduce((sum, { rows }) => sum + rows, inputs + readInputs(model));
}

/** Most bytes that one call is fed. */
export const CALL_BYTES = 64e6;

/** Bytes of the data that a group is fed: a call's tensors, its arrays, and the arrays of the next call. */
export function fedBytes(group: Group): number {
  const { steps } = group.runs[0].training;
  const step = bytesOf(stepArrays(group));
  return 3 * Math.max(step, Math.min(CALL_BYTES, steps * step));
}

function rowCount(training: Run["training"]): number {
  return setSizes(training).reduce((sum, { rows }) => sum + rows, 0);
}

function unitCount(model: ModelSpec): number {
  const kernels = parameterBlocks(model).filter(({ kind }) => kind === "kernel");
  return kernels.reduce((sum, { shape }) => sum + shape[1], 0);
}

/** Free bytes; `card` if tensors are on one. */
export interface Memory {
  readonly host: number;
  readonly card?: number;
}

/**
 * Most runs of a group. On a card, as many as the paper has in a cell of each model: they cost hardly more than a few.
 * Fewer keep a CPU busy, and a sweep that is killed loses less.
 */
const MOST_RUNS = { card: 600, cpu: 64 };
/** Share of the free memory that is used: other processes need some too, and allocators leave gaps. */
const SHARE = 0.5;

/** Most numbers of an array: JavaScript and some of TensorFlow's kernels can't count more. */
const MOST_NUMBERS = 2 ** 31 - 1;

/** The most sets of rows, each with runs like these, that train together; 0 if not one fits. */
export function largestGroup(runs: readonly Run[], { host, card }: Memory): number {
  const { data, training } = runs[0];
  const rows = rowBytes(runs[0]);
  const tensors = runs.reduce((sum, run) => sum + tensorBytes(run), 0);
  const most = (card === undefined ? MOST_RUNS.cpu : MOST_RUNS.card) / runs.length;
  const fitting =
    card === undefined
      ? (SHARE * host) / (2 * rows + tensors)
      : Math.min((SHARE * host) / (2 * rows), (SHARE * card) / (rows + tensors));
  const countable = MOST_NUMBERS / (data.inputs * Math.max(...setSizes(training).map(({ rows }) => rows)));
  return Math.floor(Math.min(most, fitting, countable));
}
