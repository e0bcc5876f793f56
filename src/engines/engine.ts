import type { Matrix } from "../data/correlation-matrix.ts";
import type { GeneratorSettings } from "../data/settings.ts";
import type { RunNames } from "../data/streams.ts";
import type { TableSettings } from "../data/table.ts";
import type { DiagnosticKind, Quantities } from "../diagnostics/kinds.ts";
import type { Predictions } from "../diagnostics/task-metrics.ts";
import type { GridPoint } from "../identity/cell.ts";
import type { Model } from "../models/code.ts";
import type { ModelSpec } from "../models/spec.ts";
import { type Key, keyOf } from "../random/key.ts";
import type { TrainingPath } from "./training-path.ts";
import type { TrainingSettings } from "./training-settings.ts";

/**
 * A loss (mean over tasks) of a batch or of the held-out rows beyond this ends a run as diverged: a million times that
 * of predicting the mean.
 */
export const DIVERGED_LOSS = 1e6;

/** Rows that the generator makes. */
export interface Generated {
  readonly data: GeneratorSettings;
  /** The cell's correlation p. */
  readonly correlation: number;
  /** The correlations of the K tasks in this cell, [K, K]. */
  readonly correlationMatrix: Matrix;
}

/** Rows of the user's own. */
export interface FromTable {
  readonly data: TableSettings;
  readonly correlation: null;
  readonly correlationMatrix: null;
}

interface RunSettings<M extends Model> extends RunNames {
  /** Made of values, e.g. `mmoe/p=0.50/017`; on rows of the user's own `mmoe/017`. */
  readonly id: string;
  readonly model: M;
  /** What the run's grid point chooses, by setting: `{ lr: 0.01 }`; in a sweep without a list, absent. */
  readonly point?: GridPoint;
  readonly training: TrainingSettings;
  /** How its number of steps is chosen, up to those of its training; absent if it trains for all of them. */
  readonly stopping?: Stopping;
  /** Of a try with these validation rows as its held-out rows: it ends once its best step is known. */
  readonly until?: Until;
  /** What is measured of it beside its losses; absent for nothing. */
  readonly diagnostics?: readonly DiagnosticKind[];
  /** Metrics in the user's code; absent for none. */
  readonly metrics?: readonly OwnMetric[];
}

/** A function in Python of the labels and predictions of one task, whose value is recorded as a metric. */
export interface OwnMetric {
  /** As in records. */
  readonly name: string;
  /** Absolute path. */
  readonly file: string;
  readonly function: string;
  /** Of the files that it is made of, as of a model's. */
  readonly sha256: string;
  /** The tasks that it is measured of, from 0; absent for all. */
  readonly tasks?: readonly number[];
  /** Whether it chooses: it is measured at all evaluations, others after the last step alone. */
  readonly chooses?: true;
}

/** Early stopping on a part of the training rows. */
export interface Stopping {
  /** How many looks in a row may be no better than the best one. */
  readonly patience: number;
  /** The share of the training rows that is looked at. */
  readonly validation: number;
  /** The metric of a task, by number from 0, that decides; absent for the loss, mean over tasks. */
  readonly by?: { readonly metric: string; readonly task: number | null; readonly isHigherBetter: boolean };
}

/** What ends a try. */
interface Until extends Stopping {
  /** Whether its result may have `best`, which the training after it ends with: the engine gives it or not. */
  readonly keepsBest?: true;
}

/** One model to be trained once; unless it says otherwise, a member of the family. */
export type Run<M extends Model = ModelSpec> = RunSettings<M> & (Generated | FromTable);

export type GeneratedRun<M extends Model = ModelSpec> = RunSettings<M> & Generated;

/** A run of any model, also of one in code. */
export type AnyRun = Run<Model>;

/** Losses of one run at its evaluations, in the unit of its loss: `train` and `heldout` are [evaluations][K]. */
export interface Curve {
  readonly steps: readonly number[];
  /**
   * Mean of the batch losses, each before its update, since the evaluation before: of a task that some rows lack, over the
   * batches with a label of it. Where there was none, the mean before stands, and before the first the first.
   */
  readonly train: readonly (readonly number[])[];
  /** On the held-out rows; of a run with validation rows, on the test rows alone. */
  readonly heldout: readonly (readonly number[])[];
  /**
   * On the validation rows, [evaluations][K]; absent for a run without any. NaN for a task of which none of them has a
   * label.
   */
  readonly validation?: readonly (readonly number[])[];
  /** How many batches each mean of `train` is over, [evaluations][K]; absent where that is all of them. */
  readonly batches?: readonly (readonly number[])[];
}

export type { Predictions };

/** Arrays as the format of safetensors has them: each one's type, shape and place in the bytes, by name. */
export interface Tensors {
  readonly header: Readonly<Record<string, Tensor>>;
  readonly bytes: Uint8Array;
}

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** Its first byte, and the byte after its last. */
  readonly data_offsets: readonly [number, number];
}

/** What was measured of one run, beside its losses, at some of its evaluations: those of `diagnosedSteps`. */
export interface Diagnostics {
  readonly steps: readonly number[];
  /**
   * A number at each of `steps`, NaN where there is none, by the quantity's name. One of a task, a pair or an expert has
   * its numbers, from 1, in the name: `alignment/2`, `gradientCosine/1/2`, `gateWeight/1/8`.
   */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export interface RunResult {
  readonly run: AnyRun;
  /** Why the run failed, e.g. `loss is NaN at step 420`; undefined for a run that is done. */
  readonly failure?: string;
  /** Up to the failure, for a run that failed. */
  readonly curve: Curve;
  /**
   * Loss of each task over the whole fixed training set after the last step, [K]; undefined for fresh rows or a
   * failure.
   */
  readonly trainingSetLoss?: readonly number[];
  /**
   * Pearson correlation of the labels of each pair of tasks, (1, 2), (1, 3), ..., (2, 3), ..., over the fixed training
   * set, or over the held-out rows if rows are fresh.
   */
  readonly labelCorrelations: readonly number[];
  /** Up to the failure, for a run that failed; the last values of those that `MEASURES` has are its measures. */
  readonly diagnostics?: Diagnostics;
  /** Other measures of the run, by the names that `records/measures.ts` declares. */
  readonly measures?: Readonly<Record<string, number | readonly number[]>>;
  /** Wall time of the run; what runs that train together have in common, such as their rows, is divided by their number. */
  readonly elapsedMs: number;
  /** The device that computed it, e.g. `wasm`. */
  readonly device: string;
  /** The engine that computed it, where one engine hands runs to another. */
  readonly engine?: string;
  /** How many parameters a model in code has. */
  readonly parameterCount?: number;
  /** Final parameters in canonical order; only when the hooks ask for them. */
  readonly parameters?: Float32Array;
  /** The final parameters of a model in code, by name. */
  readonly tensors?: Tensors;
  /** What the run predicts of its held-out rows after the last step; only when the hooks ask for it. */
  readonly predictions?: Predictions;
  /** Of a try: a state at its best step that is not evaluated yet, without moments. */
  readonly best?: RunState;
}

/**
 * A run in training. An engine of the same arithmetic trains it on to the same bits as if it had never stopped, on any
 * machine. Rows, their order and dropped units are functions of the step.
 */
export interface RunState {
  /** Steps done; of a run that has failed, by those that train beside it. */
  readonly step: number;
  /**
   * The parameters and, for adam, their first and second moments: each in canonical order. Of a model in code one, whose
   * bytes only its own process reads.
   */
  readonly values: readonly Float32Array[];
  /**
   * What each of `values` has in place of a bias for units that have none and are computed beside some that do: adam's
   * tiny term moves it.
   */
  readonly noBias: readonly number[];
  /** beta1^step, or momentum^step, and beta2^step, multiplied up step by step. */
  readonly powers: readonly [number, number];
  /** Batch losses of each task since the latest evaluation, added up, [K]. */
  readonly sums: readonly number[];
  /** What its method has learned of the tasks; absent for methods that learn nothing. */
  readonly learned?: readonly number[];
  /** Up to the latest evaluation. */
  readonly curve: Curve;
  /** Up to the latest of its evaluations that has some. */
  readonly diagnostics?: Diagnostics;
  /** Why it has failed, while runs beside it train on. */
  readonly failure?: string;
  /** As in its result. */
  readonly elapsedMs: number;
  /** Of a run with early stopping: what of it the state is of. */
  readonly choice?: StepChoice;
}

/** Keeps runs in flight, so that a later call of `train` resumes them. */
export interface Keeping {
  /** Where runs go on from, by their ids; others begin. */
  readonly states: ReadonlyMap<string, RunState>;
  /** Milliseconds between two states of a run. */
  readonly everyMs: number;
  /** A run has this state: now and then, and when the signal stops it. */
  onState(run: AnyRun, state: RunState): void;
}

/** What the user's metrics give, NaN for none; or what one of them does wrong, which fails the run. */
export type OwnValues = Quantities | string;

export interface Hooks {
  /** These runs begin together; they end at about the same time. They begin again if a thread died or memory was short. */
  onBegin?(runs: readonly AnyRun[]): void;
  /**
   * A run has been trained for `step` steps. `loss` is the latest point of its training curve, mean over tasks; NaN before the
   * first. `processorMs` is what its process has computed until then, in milliseconds of one core: given where a process
   * trains one run at a time, on one thread.
   */
  onProgress?(run: AnyRun, step: number, loss: number, processorMs?: number | undefined): void;
  /**
   * The number of steps of a run is being chosen: it has been tried for `tried` steps. `chosen` is the number, once it is
   * known; only then does the run begin to train.
   */
  onChoosing?(run: AnyRun, tried: number, chosen?: number): void;
  /** Measures the user's metrics that are due after `step` of a run, by what it predicts of its held-out rows. */
  measure?(run: AnyRun, step: number, heldout: Predictions): Promise<OwnValues>;
  /** A run has ended, done or failed. Called once for each run, unless the signal stopped it before. */
  onResult(result: RunResult): void;
  /** When it aborts, `train` returns soon, without a result for the runs in flight. */
  readonly signal?: AbortSignal;
  /** When it aborts, no further run begins, and `train` returns when those in flight have ended. */
  readonly noMore?: AbortSignal;
  /** Add final parameters to each result; those of a model in code if it gives them. */
  readonly keepParameters?: boolean;
  /** Add predictions of the held-out rows to each result. */
  readonly keepPredictions?: boolean;
  /** Throws RangeError with an engine that does not `keepsStates`. */
  readonly keeping?: Keeping;
}

/**
 * Trains runs. A run's numbers never depend on the other runs, their order, or how the engine groups them, except for
 * float32's rounding on TensorFlow.
 */
export interface Engine {
  readonly name: string;
  /** The device that really computes, e.g. `wasm`. */
  readonly device: string;
  /** Versions of libraries that it computes with, apart from mmoe's own packages, e.g. TensorFlow's. */
  readonly libraries?: Readonly<Record<string, string>>;
  /** Of each model in code that was tried, whether it gives the same numbers again on this machine. */
  readonly deterministic?: Readonly<Record<string, boolean>>;
  /** Of each model in code that was tried, whether it gives its final weights. */
  readonly givesWeights?: Readonly<Record<string, boolean>>;
  /** The engines beside it that train models in code, one for each language; absent for none. */
  readonly beside?: readonly { readonly name: string; readonly device: string }[];
  /** Threads that train runs side by side, each run group on one of them; undefined where runs are grouped otherwise. */
  readonly workers?: number;
  /** The most runs like this one that train in one call, once its model is prepared; absent for an engine that does not say. */
  inOneCall?(run: AnyRun): number;
  /** Whether it gives the states of runs in flight, and goes on from them. */
  readonly keepsStates: boolean;
  /** The code that trains a run here. */
  path(run: AnyRun): TrainingPath;
  /** Throws UsageError for a run that this engine can't train, by what it lacks; RangeError for one that is no run. */
  check(run: AnyRun): void;
  /**
   * Loads those models in code that it trains, and tries them by the methods of the runs. Throws UsageError, by the model's name and the line of its file, for what
   * is no model. `train` does it too, if nobody has before. When `signal` aborts, it returns soon, with models that are not
   * prepared.
   */
  prepare?(runs: readonly AnyRun[], signal?: AbortSignal): Promise<void>;
  /**
   * Throws MachineError where memory, threads or open files do not suffice, or threads die again and again; each run has
   * then its result, or none and stays to be trained.
   */
  train(runs: readonly AnyRun[], hooks: Hooks): Promise<void>;
  /** Peak memory of training these runs, in bytes, without the program itself. */
  memoryBytes(runs: readonly AnyRun[]): number;
  dispose(): Promise<void>;
}

/** The stream of a run's initial values or dropout masks for one tensor: named by run, model and tensor. */
export function modelKey({ seed, index, model }: RunNames & Pick<AnyRun, "model">, tensor: string): Key {
  return keyOf(`mmoe/seed=${seed}/run=${index}/model=${model.name}/${tensor}`);
}

/** Rounding may take a loss that far below 0. */
export const LEAST_LOSS = -1e-6;

/** The reason a loss fails its run, or undefined: NaN, below 0, infinite or beyond DIVERGED_LOSS. `losses` are the K tasks'. */
export function lossFailure(losses: ArrayLike<number>, step: number): string | undefined {
  let mean = 0;
  for (let k = 0; k < losses.length; k++) {
    if (losses[k] < LEAST_LOSS)
      return `the loss of task ${k + 1} is ${losses[k].toPrecision(3)} at step ${step}; none is below 0`;
    mean += losses[k] / losses.length;
  }
  if (Number.isNaN(mean)) return `loss is NaN at step ${step}`;
  return mean > DIVERGED_LOSS ? `diverged: loss is ${mean.toPrecision(3)} at step ${step}` : undefined;
}

/** The mean over tasks of the last of some losses [evaluations][K]; NaN without any. */
export function latestLoss(losses: readonly (readonly number[])[]): number {
  const latest = losses.at(-1);
  return latest === undefined ? Number.NaN : latest.reduce((sum, loss) => sum + loss, 0) / latest.length;
}

/** How far a run is whose number of steps is chosen: in its try, or in its training. */
export interface StepChoice {
  /** Steps of its try, once that is over; before, 0. */
  readonly tried: number;
  /** The most that it is tried for, or the number that is chosen. */
  readonly steps: number;
  /** Steps between two looks at the validation rows; absent once the number is chosen. */
  readonly evalEvery?: number;
  /** The loss that chose the number; absent before. */
  readonly validationLoss?: number;
}

/** The engine, but for what `changes` has; not of its class. */
export function engineWith(engine: Engine, changes: Partial<Engine>): Engine {
  return new Proxy({} as Engine, {
    get: (_, key) => {
      if (key in changes) return Reflect.get(changes, key);
      const value: unknown = Reflect.get(engine, key);
      return typeof value === "function" ? value.bind(engine) : value;
    },
  });
}
