import type { z } from "zod";
import type { GridPoint } from "../config/grid.ts";
import type { RunResult } from "../engines/engine.ts";
import { parameterCount } from "../models/parameters.ts";
import { NO_CHOICE } from "./cell.ts";
import type { RECORD_SCHEMA, RUN_FIELDS, TRAINED_FIELDS } from "./fields.ts";
import { checkMeasures, type Measures, tasksOfPairs } from "./measure-values.ts";

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
}

/** A run's losses at its evaluations, in units of label variance: `train` and `heldout` are [evaluations, K]. */
export interface RecordedCurve {
  readonly steps: readonly number[];
  readonly train: Float64Array;
  readonly heldout: Float64Array;
}

export function recordOf(result: RunResult, engine: string): RunRecord {
  const { run, failure, curve, trainingSetLoss, labelCorrelations, elapsedMs, device, measures } = result;
  const { lr, steps, batch } = run.training;
  if (tasksOf({ labelCorrelations }) !== run.model.tasks) {
    throw new RangeError(`${run.id}: ${labelCorrelations.length} label correlations of ${run.model.tasks} tasks`);
  }
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
    curve: { steps: curve.steps, train: recorded(curve.train.flat()), heldout: recorded(curve.heldout.flat()) },
    trainingSetLoss: trainingSetLoss ? [...recorded(trainingSetLoss)] : null,
    labelCorrelations,
    parameters: parameterCount(run.model),
    elapsedMs,
    engine,
    device,
    ...(measures && { measures }),
  };
}

/** K, the run's tasks; also of a run that failed before its first evaluation. */
export function tasksOf({ labelCorrelations }: Pick<RunRecord, "labelCorrelations">): number {
  return tasksOfPairs(labelCorrelations.length);
}

/** The paper studies pairs of tasks: its numbers are compared with no other sweep. */
export const PAPER_TASKS = 2;

/** Losses to nine digits, which tell any two float32 apart: engines compute in float32. */
function recorded(losses: readonly number[]): Float64Array {
  return Float64Array.from(losses, (loss) => Number(loss.toPrecision(9)));
}

/** Losses on one set of rows: a value for each task, and their mean. */
export interface TaskLosses {
  readonly tasks: readonly number[];
  readonly mean: number;
}

export const LOSS_SETS = ["train", "heldout"] as const;
export type LossSet = (typeof LOSS_SETS)[number];

/** Losses at a curve's evaluation `i`, from 0. */
export function curveLosses({ curve }: RunRecord, set: LossSet, i: number): TaskLosses {
  const tasks = curve[set].length / curve.steps.length;
  return taskLosses([...curve[set].subarray(i * tasks, (i + 1) * tasks)]);
}

/** One of `curveLosses`, for loops over many: that of a task, from 0, or the mean over tasks. */
export function curveLoss({ curve }: RunRecord, set: LossSet, i: number, task: number | "mean"): number {
  const losses = curve[set];
  const tasks = losses.length / curve.steps.length;
  if (task !== "mean") return losses[i * tasks + task] as number;
  let sum = 0;
  for (let k = 0; k < tasks; k++) sum += losses[i * tasks + k] as number;
  return sum / tasks;
}

/**
 * Losses after the last step; undefined for a run that failed. On training rows: over the whole fixed set, or with
 * fresh rows the mean of the batch losses since the last evaluation but one.
 */
export function finalLosses(record: RunRecord, set: LossSet): TaskLosses | undefined {
  if (record.status === "failed") return undefined;
  if (set === "train" && record.trainingSetLoss !== null) return taskLosses(record.trainingSetLoss);
  return curveLosses(record, set, record.curve.steps.length - 1);
}

/** The lowest loss of each task, and of their mean, at any evaluation; undefined if there was none. */
export function lowestLosses(record: RunRecord, set: LossSet): TaskLosses | undefined {
  const final = finalLosses(record, set);
  const { steps } = record.curve;
  if (steps.length === 0) return final;
  const lowest = (task: number | "mean", low = Number.POSITIVE_INFINITY) => {
    for (let i = 0; i < steps.length; i++) low = Math.min(low, curveLoss(record, set, i, task));
    return low;
  };
  const { tasks } = curveLosses(record, set, 0);
  return { tasks: tasks.map((_, k) => lowest(k, final?.tasks[k])), mean: lowest("mean", final?.mean) };
}

function taskLosses(tasks: readonly number[]): TaskLosses {
  return { tasks, mean: tasks.reduce((sum, loss) => sum + loss, 0) / tasks.length };
}
