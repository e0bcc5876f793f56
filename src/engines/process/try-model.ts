// Tries a model in code before any run trains.
import { cellsOf, type TableCells } from "../../data/table-cells.ts";
import type { TaskSettings } from "../../data/task-kinds.ts";
import { UsageError } from "../../errors.ts";
import type { CodeModel } from "../../models/code.ts";
import { keyOf } from "../../random/key.ts";
import { normals } from "../../random/normal.ts";
import { LEAST_LOSS, type Run } from "../engine.ts";
import type { MethodName } from "../methods.ts";
import { PLAIN_TRAINING } from "../training-settings.ts";
import { modelError } from "./model-error.ts";
import { ProcessTrainer, type Together } from "./process-trainer.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** Rows of a step, of all predictions, and of the first part of them. */
const [BATCH, ROWS, FEWER] = [8, 7, 4];
const STEPS = 3;
/** Steps before a run's state is saved and read back. */
const SAVED = 2;
/** All rows: of the steps, and held out. */
const TRIED = BATCH * STEPS + ROWS;
/** Rows of a trial that have the label of a task with gaps: too few for every batch. */
const LABELLED = [3, 19];

/** How far predictions of the same row may lie apart: libraries compute other numbers of rows in another order. */
const TOLERANCE = 1e-3;

/** How far numbers may lie apart that are computed again from the same seed: of other memory, or by a card's threads. */
export const roundingOf = (device: string) => (device === "cpu" ? 1e-5 : 1e-3);

/** What was found out about a model. */
export interface Tried {
  /** How many numbers each of its parameters has, by name. */
  readonly parameters: Readonly<Record<string, number>>;
  /** All of them. */
  readonly size: number;
  /** Whether it gives its weights. */
  readonly givesWeights: boolean;
  /** Of a training with the one seed by each method: losses of its steps, then predictions. */
  readonly numbers: readonly number[];
  /** Numbers after a state was saved: those of the training itself, and of another that resumed from the state. */
  readonly resumed: readonly (readonly [number, number])[];
}

interface Trial {
  readonly silentMs: number;
  /** Those of the model's runs, at least one. */
  readonly methods: readonly MethodName[];
  /** Whether to resume from a saved state, too, which takes another training. */
  readonly resumes?: boolean;
  /** Whether to ask for its weights, if it gives any. */
  readonly weights?: boolean;
}

/** Trains a loaded model for some steps by each method. Throws UsageError for what can't be trained. */
export async function tryModel(worker: WorkerProcess, trial: Trial): Promise<Tried> {
  const tried: Tried[] = [];
  for (const method of trial.methods) tried.push(await tryMethod(worker, method, trial));
  const [numbers, resumed] = [tried.flatMap(({ numbers }) => numbers), tried.flatMap(({ resumed }) => resumed)];
  return { ...tried[0], numbers, resumed };
}

async function tryMethod(
  worker: WorkerProcess,
  method: MethodName,
  { silentMs, resumes, weights }: Trial,
): Promise<Tried> {
  const { model } = worker;
  const asking = { silentMs };
  const x = triedInputs(model);
  const run = trialOf(model, method);
  const halted: Together = [{ ...run, training: { ...run.training, evalEvery: SAVED } }];
  const trainer = await ProcessTrainer.begin(worker, halted, asking);
  const losses = [...(await trainer.train(1, SAVED))];
  const saved = resumes ? await trainer.save?.() : undefined;
  const last = await trainer.train(SAVED + 1, STEPS);
  losses.push(...last);
  await worker.ask({ order: "inspect" }, { doing: "is tried", ...asking });
  const predictions = [...(await trainer.predictions(x))];
  expectFinite(model, "the losses of the first steps", losses, LEAST_LOSS);
  expectFinite(model, "predictions", predictions);
  await checkRows(model, trainer, x, predictions);
  if (weights) await trainer.tensors();
  const { parts: parameters, size, givesWeights } = trainer;
  const tried = { parameters, size, givesWeights, numbers: [...losses, ...predictions] };
  if (saved === undefined) return { ...tried, resumed: [] };
  const again = await ProcessTrainer.begin(worker, halted, asking, { values: [saved] });
  const rest = [...(await again.train(SAVED + 1, STEPS)), ...(await again.predictions(x))];
  return { ...tried, resumed: [...last, ...predictions].map((value, i) => [value, rest[i]] as const) };
}

/**
 * Whether trainings with the same seed gave the same numbers: two in one process, one that resumed from a state, and one in another
 * process, in another working folder, with other variables of the environment, at another time. False if they are rounded otherwise. Throws UsageError
 * for other numbers: what a model reads of its surroundings is not in its identity.
 */
export function agree(model: CodeModel, device: string, first: Tried, again: Tried, elsewhere: Tried): boolean {
  const limit = roundingOf(device);
  const apart = ({ numbers }: Tried) => numbers.findIndex((value, i) => !isClose(value, first.numbers[i], limit));
  const shown = (other: Tried, i: number) =>
    `${first.numbers[i]?.toPrecision(5)}, then ${other.numbers[i]?.toPrecision(5)}`;
  const [here, there] = [apart(again), apart(elsewhere)];
  if (here !== -1)
    throw modelError(
      model,
      `two trainings with the same seed give other numbers (${shown(again, here)}): what it draws must follow from its seed, and it may not read the clock`,
    );
  if (there !== -1)
    throw modelError(
      model,
      `gives other numbers in another process, working folder and environment (${shown(elsewhere, there)}): what it computes must follow from its files, its options and its seed; --env NAME passes a variable`,
    );
  const isSame = ({ numbers }: Tried) => numbers.every((value, i) => value === first.numbers[i]);
  return isSame(again) && isSame(elsewhere) && first.resumed.every(([one, other]) => one === other);
}

/** Throws UsageError if the state that a model saves is not all that a run goes on from. */
export function expectResumed(model: CodeModel, device: string, { resumed }: Tried): void {
  const apart = resumed.find(([value, other]) => !isClose(other, value, roundingOf(device)));
  if (apart === undefined) return;
  const shown = apart.map((value) => value.toPrecision(5)).join(", then ");
  throw modelError(
    model,
    `resumes from the state that it saves to other numbers (${shown}): the state must hold all that training changes`,
  );
}

/** Whether runs of a model that was tried train in one call, by each method, as each of them does alone. */
export async function trainsInOneCall(worker: WorkerProcess, { silentMs, methods }: Trial): Promise<boolean> {
  for (const method of methods) if (!(await trainsTogether(worker, method, silentMs))) return false;
  return true;
}

async function trainsTogether(worker: WorkerProcess, method: MethodName, silentMs: number): Promise<boolean> {
  const x = triedInputs(worker.model);
  const numbersOf = async (...runs: Together) => {
    const trainer = await ProcessTrainer.begin(worker, runs, { silentMs });
    const losses = await trainer.train(1, STEPS); // [STEPS, R, K]
    return [losses, await trainer.predictions(...runs.map(() => x))] as const; // [R, ROWS, O]
  };
  const [a, b] = [trialOf(worker.model, method, 0), trialOf(worker.model, method, 1)];
  const alone = [await numbersOf(a), await numbersOf(b)];
  try {
    const [losses, predictions] = await numbersOf(a, b);
    const ofEach = (i: 0 | 1) => alone.map((numbers) => numbers[i]);
    return isInTurns(losses, ofEach(0), STEPS) && isInTurns(predictions, ofEach(1), 1);
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/** Whether `all` has about the numbers of each part, a piece of each in turn, in `turns` turns. */
function isInTurns(all: Float32Array, parts: readonly Float32Array[], turns: number): boolean {
  const width = all.length / parts.length / turns;
  return all.every((value, i) => {
    const [piece, place] = [Math.floor(i / width), i % width];
    const turn = Math.floor(piece / parts.length);
    return isClose(value, parts[piece % parts.length]?.[turn * width + place]);
  });
}

export function isClose(value: number, other = Number.NaN, tolerance = TOLERANCE): boolean {
  return Math.abs(value - other) <= tolerance * (1 + Math.abs(other));
}

function expectFinite(model: CodeModel, what: string, values: readonly number[], least = -Infinity): void {
  const odd = values.find((value) => !(Number.isFinite(value) && value >= least));
  const advice = model.gaps ? "; a missing label is NaN: leave its row out of the task's loss" : "";
  const wanted = odd !== undefined && odd < least ? "numbers from 0" : `finite numbers`;
  if (odd !== undefined) throw modelError(model, `${what}: expected ${wanted}, got ${odd}${advice}`);
}

/** Evaluations put rows together as they like: here in two parts, the last row first. */
async function checkRows(
  model: CodeModel,
  trainer: ProcessTrainer,
  x: Float32Array,
  all: readonly number[],
): Promise<void> {
  const rows = lastFirst(x, model.inputs);
  const end = FEWER * model.inputs;
  const parts = [await trainer.predictions(rows.subarray(0, end)), await trainer.predictions(rows.subarray(end))];
  const again = lastFirst(Float32Array.from(parts.flatMap((part) => [...part])), all.length / ROWS);
  if (again.every((value, i) => isClose(value, all[i]))) return;
  throw modelError(
    model,
    "in evaluation mode a row's prediction depends on the rows beside it, on earlier predictions or on chance; evaluations put rows together as they like",
  );
}

/** Rows [N, width] in reverse order. */
function lastFirst(rows: Float32Array, width: number): Float32Array {
  return rows.map((_, i) => rows[rows.length - width * (Math.floor(i / width) + 1) + (i % width)] as number);
}

/** A run on a few rows, whose labels mean nothing but are of the model's kinds. */
function trialOf(model: CodeModel, method: MethodName, index = 0): Run<CodeModel> {
  const tasks = tasksOf(model);
  const classes = tasks.map(({ kind, classes = 2 }) => (kind === "regression" ? null : [...Array(classes).keys()]));
  const data = {
    file: "trial",
    sha256: "",
    inputs: model.inputs,
    tasks: model.tasks,
    heldout: ROWS / TRIED,
    standardise: model.categories === undefined,
    rawLabels: false,
    classes,
    ...(model.weighted && { classWeights: tasks.map(() => null) }),
    values: { cells: trialCells(model, tasks) },
  };
  return {
    id: "trial",
    model,
    index,
    seed: 0,
    data,
    correlation: null,
    correlationMatrix: null,
    training: {
      ...PLAIN_TRAINING,
      method,
      ...((model.classes || model.gaps) && { taskKinds: tasks }),
      trainRows: BATCH * STEPS,
      batch: BATCH,
      steps: STEPS,
      lr: 1e-3,
      evalEvery: STEPS,
      heldoutRows: ROWS,
    },
  };
}

/** Inputs and labels of all rows. */
function trialCells(model: CodeModel, tasks: readonly TaskSettings[]): TableCells {
  const { inputs: D, tasks: K } = model;
  const numbers = Float64Array.from(normals(keyOf("mmoe/check/rows"), TRIED * (D + K)));
  setCategories(numbers, model, D + K);
  for (const [k, { kind, classes = 2, gaps }] of tasks.entries()) {
    for (let n = 0; n < TRIED; n++) {
      const at = n * (D + K) + D + k;
      if (gaps && !LABELLED.includes(n)) numbers[at] = Number.NaN;
      else if (kind !== "regression") numbers[at] = n % classes;
    }
  }
  return cellsOf(numbers, D + K);
}

/** x [ROWS, D]. */
function triedInputs(model: CodeModel): Float32Array {
  const x = normals(keyOf("mmoe/check/x"), ROWS * model.inputs);
  setCategories(x, model, model.inputs);
  return x;
}

/** Gives rows [N, width] numbers of values, from the last one down: a model may have a vector too few. */
function setCategories(rows: Float32Array | Float64Array, { inputs, categories = [] }: CodeModel, width: number): void {
  for (const [i, values] of categories.entries()) {
    const place = inputs - categories.length + i;
    for (let n = 0; n < rows.length / width; n++) rows[n * width + place] = values - 1 - (n % values);
  }
}

function tasksOf({ tasks, classes = [], outputs = [], gaps = [] }: CodeModel): TaskSettings[] {
  return Array.from({ length: tasks }, (_, k) => {
    const count = classes[k] ?? null;
    const task = { weight: 1, ...(gaps[k] && { gaps: true }) };
    if (count === null) return { kind: "regression", ...task };
    return (outputs[k] ?? 1) === 1 ? { kind: "binary", ...task } : { kind: "categorical", classes: count, ...task };
  });
}
