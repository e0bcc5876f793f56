import type { z } from "zod";
import { LOSS_SETS, type LossSet } from "../config/losses.ts";
import { pairsOf } from "../data/correlation-matrix.ts";
import type { Diagnostics, RunResult } from "../engines/engine.ts";
import { type GridPoint, NO_CHOICE } from "../identity/cell.ts";
import { isCode } from "../models/code.ts";
import { parameterCount } from "../models/parameters.ts";
import { mean } from "../stats/moments.ts";
import type { RECORD_SCHEMA, RUN_FIELDS, TRAINED_FIELDS } from "./fields.ts";
import { checkMeasures, type Measures, measureNamed, measuresAmong, tasksOfPairs } from "./measure-values.ts";
import type { Measure } from "./measures.ts";
import { lastRunningMeans, runningMeans } from "./running-mean.ts";

type Fields = z.output<typeof RECORD_SCHEMA>;

/** The record of a run that ended: a journal's line, and the source of every CSV. `fields.ts` describes its fields. */
export interface RunRecord extends Readonly<Pick<Fields, keyof typeof RUN_FIELDS | keyof typeof TRAINED_FIELDS>> {
  /** The value of each setting that the sweep lists. */
  readonly point: GridPoint;
  readonly curve: RecordedCurve;
  /** Loss of each task over the whole fixed training set after the last step, [K]; null for fresh rows or a failure. */
  readonly trainingSetLoss: readonly number[] | null;
  /** Pearson correlation of the labels of each pair of tasks: (1, 2), (1, 3), ..., (2, 3), ... */
  readonly labelCorrelations: readonly number[];
  readonly measures?: Measures;
  /** What was measured at some evaluations. */
  readonly diagnostics?: Diagnostics;
}

/** A run's losses at its evaluations, in units of label variance: `train` and `heldout` are [evaluations, K]. */
export interface RecordedCurve {
  readonly steps: readonly number[];
  readonly train: Float64Array;
  readonly heldout: Float64Array;
  /** On validation rows, [evaluations, K], NaN where none has the task's label; absent for a run without such rows. */
  readonly validation?: Float64Array | undefined;
  /** How many batches each mean of `train` is over, [evaluations, K]; absent where that is all of them. */
  readonly batches?: Float64Array | undefined;
  /** Of a curve that is not in memory. */
  readonly ends?: CurveEnds;
}

/** What tables show of a curve, K tasks: the last losses of each of `LOSS_SETS` [3 K], then the lowest ones of each task and of
 * their mean, on training and on held-out rows [2 (K + 1)]. */
export type CurveEnds = readonly number[];

/** The record of a run that `engine` trained, if the result names no other. */
export function recordOf(result: RunResult, engine: string): RunRecord {
  const { run, failure, curve, trainingSetLoss, labelCorrelations, elapsedMs, device } = result;
  const { lr, steps, batch } = run.training;
  if (tasksOf({ labelCorrelations }) !== run.model.tasks) {
    throw new RangeError(`${run.id}: ${labelCorrelations.length} label correlations of ${run.model.tasks} tasks`);
  }
  const diagnostics = result.diagnostics && recordedDiagnostics(result.diagnostics);
  const finals = diagnostics && failure === undefined && finalMeasures(diagnostics, run.model.tasks);
  const validated = failure === undefined ? validationMeasures(curve) : {};
  const measures =
    finals || result.measures || curve.validation ? { ...result.measures, ...finals, ...validated } : undefined;
  if (measures) checkMeasures(measures, run.model.tasks);
  return {
    id: run.id,
    model: run.model.name,
    correlation: run.correlation,
    point: run.point ?? NO_CHOICE,
    run: run.index,
    seed: run.seed,
    lr,
    steps,
    batch,
    status: failure === undefined ? "done" : "failed",
    reason: failure ?? "",
    curve: {
      steps: curve.steps,
      train: recorded(curve.train.flat()),
      heldout: recorded(curve.heldout.flat()),
      ...(curve.validation && { validation: recorded(curve.validation.flat()) }),
      ...(curve.batches && { batches: Float64Array.from(curve.batches.flat()) }),
    },
    trainingSetLoss: trainingSetLoss ? [...recorded(trainingSetLoss)] : null,
    labelCorrelations,
    parameters: isCode(run.model) ? (result.parameterCount ?? 0) : parameterCount(run.model),
    elapsedMs,
    engine: result.engine ?? engine,
    device,
    ...(measures && { measures }),
    ...(diagnostics && { diagnostics }),
  };
}

/** A run's last losses on its validation rows: their mean over the tasks that have labels there, and each task's. */
function validationMeasures({ validation }: RunResult["curve"]): Measures {
  const last = validation?.at(-1);
  if (last === undefined) return {};
  const known = last.filter((loss) => !Number.isNaN(loss));
  const mean = known.reduce((sum, loss) => sum + loss, 0) / known.length;
  return { validationLoss: [...recorded([mean])][0], validationTaskLoss: [...recorded(last)] };
}

/** K, the run's tasks; also of a run that failed before its first evaluation. */
export function tasksOf({ labelCorrelations }: Pick<RunRecord, "labelCorrelations">): number {
  return tasksOfPairs(labelCorrelations.length);
}

/** Losses to nine digits, which tell any two float32 apart: engines compute in float32. */
function recorded(losses: readonly number[]): Float64Array {
  return Float64Array.from(losses, (loss) => Number(loss.toPrecision(9)));
}

/** One of the losses: a value for each task, and their mean. */
export interface TaskLosses {
  readonly tasks: readonly number[];
  readonly mean: number;
}

/** A run's losses at its evaluations, [evaluations, K]. */
export function curveLosses({ curve }: RunRecord, set: LossSet): Float64Array {
  return set === "running" ? runningMeans(curve) : curve[set];
}

/** The mean loss over tasks at a run's evaluations. */
export function lossCurve(record: RunRecord, set: LossSet): Float64Array {
  const losses = curveLosses(record, set);
  const tasks = losses.length / record.curve.steps.length;
  return Float64Array.from(record.curve.steps, (_, i) => mean(losses.subarray(i * tasks, (i + 1) * tasks)));
}

/**
 * Losses after the last step; undefined for a run that failed. On training rows: over the whole fixed set, or with
 * fresh rows the mean of the batch losses between the last two evaluations. The running mean: over all batches.
 */
export function finalLosses(record: RunRecord, set: LossSet): TaskLosses | undefined {
  if (record.status === "failed") return undefined;
  if (set === "train" && record.trainingSetLoss !== null) return taskLosses(record.trainingSetLoss);
  return taskLosses(lastOf(record.curve, set, tasksOf(record)));
}

/** The last losses of a curve, [K]. */
function lastOf(curve: RecordedCurve, set: LossSet, K: number): readonly number[] {
  const from = K * LOSS_SETS.indexOf(set);
  if (curve.ends) return curve.ends.slice(from, from + K);
  return set === "running" ? lastRunningMeans(curve) : [...curve[set].slice(-K)];
}

/** The lowest loss of each task, and of their mean, at any evaluation; undefined if there was none. */
export function lowestLosses(record: RunRecord, set: Exclude<LossSet, "running">): TaskLosses | undefined {
  const final = finalLosses(record, set);
  if (record.curve.steps.length === 0) return final;
  const K = tasksOf(record);
  const lowest = record.curve.ends
    ? record.curve.ends.slice(3 * K + (set === "train" ? 0 : K + 1))
    : lowestOf(record.curve[set], K);
  const below = (k: number, end = Number.POSITIVE_INFINITY) => Math.min(lowest[k], end);
  return { tasks: Array.from({ length: K }, (_, k) => below(k, final?.tasks[k])), mean: below(K, final?.mean) };
}

/** The lowest loss of each task, and of their mean, [K + 1]; losses are [evaluations, K]. */
function lowestOf(losses: Float64Array, K: number): Float64Array {
  const lowest = new Float64Array(K + 1).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < losses.length; i += K) {
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const loss = losses[i + k];
      sum += loss;
      if (loss < lowest[k]) lowest[k] = loss;
    }
    if (sum / K < lowest[K]) lowest[K] = sum / K;
  }
  return lowest;
}

/** The ends of a curve with losses. */
export function endsOf(curve: RecordedCurve): CurveEnds {
  const K = curve.train.length / curve.steps.length;
  return [
    ...LOSS_SETS.flatMap((set) => lastOf(curve, set, K)),
    ...lowestOf(curve.train, K),
    ...lowestOf(curve.heldout, K),
  ];
}

function taskLosses(tasks: readonly number[]): TaskLosses {
  return { tasks, mean: tasks.reduce((sum, loss) => sum + loss, 0) / tasks.length };
}

/** Digits of a recorded quantity: it is measured on some hundred rows. */
const DIGITS = 5;

/** Diagnostics as they are recorded; NaN in place of infinite numbers, and of those beyond float32's largest. */
function recordedDiagnostics({ steps, values }: Diagnostics): Diagnostics {
  const recorded = (value: number) =>
    Number.isFinite(Math.fround(value)) ? Number(value.toPrecision(DIGITS)) : Number.NaN;
  const rounded = (curve: readonly number[]) => curve.map(recorded);
  return { steps, values: Object.fromEntries(Object.entries(values).map(([name, curve]) => [name, rounded(curve)])) };
}

/** The last values of quantities as measures of a run of K tasks. Throws TypeError for one that is not declared. */
export function finalMeasures({ values }: Diagnostics, K: number): Measures {
  const names = new Set(Object.keys(values).map((name) => name.split("/")[0]));
  for (const name of names) measureNamed(name);
  const last = (name: string) => values[name]?.at(-1);
  const found = measuresAmong(names).flatMap((measure): [string, number | number[]][] => {
    const all = quantitiesOf(measure, K, (name) => last(name) !== undefined).map(last);
    const [first, ...others] = all.filter((value) => value !== undefined);
    if (first === undefined || others.length + 1 < all.length) return [];
    return [[measure.name, measure.per === "run" ? first : [first, ...others]]];
  });
  return Object.fromEntries(found);
}

/** The names of a measure's numbers: `gateEntropy/2`, `gateDistance/1/2`. There are as many experts as `has` knows. */
function quantitiesOf({ name, per }: Measure, K: number, has: (name: string) => boolean): string[] {
  const tasks = Array.from({ length: K }, (_, k) => k + 1);
  if (per === "run") return [name];
  if (per === "task") return tasks.map((k) => `${name}/${k}`);
  if (per === "pair") return pairsOf(K).map(([j, k]) => `${name}/${j + 1}/${k + 1}`);
  let E = 0;
  while (has(`${name}/1/${E + 1}`)) E++;
  return tasks.flatMap((k) => Array.from({ length: E }, (_, e) => `${name}/${k}/${e + 1}`));
}
