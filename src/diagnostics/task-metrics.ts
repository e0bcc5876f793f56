// Metrics of tasks on held-out rows, beside their losses.
import {
  crossEntropy,
  logistic,
  outputCount,
  probability,
  type TaskKind,
  type TaskSettings,
} from "../data/task-kinds.ts";
import { accuracy, calibrationError, f1Macro } from "../stats/classes.ts";
import { areaError, areaUnderCurve, averagePrecision, type GroupRanking, rankingInGroups } from "../stats/ranking.ts";
import type { Quantities } from "./kinds.ts";

/** What a run predicts of its held-out rows. */
export interface Predictions {
  /** [N, O]. */
  readonly outputs: Float32Array;
  /** The labels, [N, K]; NaN for none. */
  readonly y: Float32Array;
  /** The group of each row, [N], where metrics are taken within groups, too. */
  readonly groups?: Uint32Array | undefined;
}

/** Its value for a task's outputs [N, C] and labels [N]; `scale` is one of them in the label's own units. */
export type Metric = ((outputs: Float32Array, labels: Float32Array, scale: number) => number) & Partial<MeanOfRows>;

/** What a metric is that is a function of the mean over rows of a value that each of them has. */
interface MeanOfRows {
  readonly each: (outputs: Float32Array, labels: Float32Array, n: number) => number;
  readonly ofMean: (mean: number, scale: number) => number;
}

/** By their names; some kinds of tasks have an AUC. */
interface Metrics {
  readonly [name: string]: Metric;
  readonly auc?: Metric;
}

const METRICS: Readonly<Record<TaskKind, Metrics>> = {
  regression: {
    rSquared: determination,
    rmse: meanMetric(
      (predicted, labels, n) => (labels[n] - predicted[n]) ** 2,
      (mean, scale) => scale * Math.sqrt(mean),
    ),
    mae: meanMetric(
      (predicted, labels, n) => Math.abs(labels[n] - predicted[n]),
      (mean, scale) => scale * mean,
    ),
  },
  binary: {
    auc: areaUnderCurve,
    aucError: areaError,
    averagePrecision,
    accuracy: (logits, labels) => accuracy(labels, signsOf(logits)),
    f1Macro: (logits, labels) => f1Macro(labels, signsOf(logits)),
    logLoss: meanMetric((logits, labels, n) => logistic(logits[n], labels[n])),
    calibrationError: (logits, labels) => calibrationErrorOf(statedBinary(logits, labels)),
  },
  categorical: {
    accuracy: (logits, labels) => accuracy(labels, largestIn(logits, labels.length)),
    f1Macro: (logits, labels) => f1Macro(labels, largestIn(logits, labels.length)),
    logLoss: meanMetric((logits, labels, n) => crossEntropy(rowOf(logits, labels.length, n), labels[n])),
    calibrationError: (logits, labels) => calibrationErrorOf(statedTop(logits, labels)),
  },
};

/** What each row was given as the probability of something, and whether that came true: 1 or 0. */
interface Stated {
  readonly probabilities: Float64Array;
  readonly outcomes: ArrayLike<number>;
}

/** Of a task's outputs [N, C] and labels [N], what calibration is about: class 1, or the class that is most likely. */
export const STATED = { binary: statedBinary, categorical: statedTop } as const;

function statedBinary(logits: Float32Array, labels: Float32Array): Stated {
  const probabilities = new Float64Array(logits.length);
  for (let n = 0; n < logits.length; n++) probabilities[n] = probability(logits[n]);
  return { probabilities, outcomes: labels };
}

function statedTop(logits: Float32Array, labels: Float32Array): Stated {
  const predicted = largestIn(logits, labels.length);
  return {
    probabilities: predicted.map((c, n) => Math.exp(-crossEntropy(rowOf(logits, labels.length, n), c))),
    outcomes: predicted.map((c, n) => Number(c === labels[n])),
  };
}

function calibrationErrorOf({ probabilities, outcomes }: Stated): number {
  return calibrationError(probabilities, outcomes);
}

/** The metrics within groups of rows that a kind of task has beside others. */
export function groupMetricsOf(kind: TaskKind): readonly (keyof GroupRanking)[] {
  return kind === "binary" ? ["gauc", "ndcg", "mrr"] : [];
}

/** Unless the user says how many rows of each group count in NDCG. */
export const NDCG_AT = 10;

export function metricsOfKind(kind: TaskKind): Metrics {
  return METRICS[kind];
}

interface MetricOptions {
  /** The labels' standard deviations where they are z-scored, [K]. */
  readonly scales?: readonly number[];
  /** The one metric that is asked for. */
  readonly only?: string | undefined;
  readonly ndcgAt?: number | undefined;
}

/**
 * Metrics of a run's tasks [K] by name and number, `auc/1`, over the rows that have the task's label. Of a task of a kind that
 * has none, NaN.
 */
export function taskMetrics(
  tasks: readonly TaskSettings[],
  { outputs, y, groups }: Predictions,
  { scales = [], only, ndcgAt = NDCG_AT }: MetricOptions = {},
): Quantities {
  const namesOf = (kind: TaskKind) => [...Object.keys(METRICS[kind]), ...(groups ? groupMetricsOf(kind) : [])];
  const names = only === undefined ? [...new Set(tasks.flatMap(({ kind }) => namesOf(kind)))] : [only];
  const O = tasks.reduce((sum, task) => sum + outputCount(task), 0);
  let first = 0;
  const values = tasks.map((task, k) => {
    const width = outputCount(task);
    const columns = [columnsOf(outputs, O, first, width), columnsOf(y, tasks.length, k, 1)] as const;
    const [own, labels, ofGroups] = labelledRows(...columns, groups);
    first += width;
    const has = (name: string) => groupMetricsOf(task.kind).includes(name as keyof GroupRanking);
    const inGroups = ofGroups && names.some(has) ? rankingInGroups(own, labels, ofGroups, ndcgAt) : undefined;
    return names.map(
      (name) =>
        METRICS[task.kind][name]?.(own, labels, scales[k] ?? 1) ?? inGroups?.[name as keyof GroupRanking] ?? Number.NaN,
    );
  });
  const entries = names.flatMap((name, i) =>
    values.map((ofTask, k): [string, number] => [`${name}/${k + 1}`, ofTask[i]]),
  );
  return Object.fromEntries(entries);
}

/** `count` columns from column `first` on of an array [N, width]. */
function columnsOf(values: Float32Array, width: number, first: number, count: number): Float32Array {
  if (count === width) return values;
  const N = values.length / width;
  const chosen = new Float32Array(N * count);
  for (let n = 0; n < N; n++) for (let c = 0; c < count; c++) chosen[n * count + c] = values[n * width + first + c];
  return chosen;
}

/** A task's outputs [N, C], labels [N] and groups [N] in the rows that have a label. */
function labelledRows(
  outputs: Float32Array,
  labels: Float32Array,
  groups?: Uint32Array,
): readonly [Float32Array, Float32Array, Uint32Array | undefined] {
  if (!labels.includes(Number.NaN)) return [outputs, labels, groups];
  const width = outputs.length / labels.length;
  const isThere = (n: number) => !Number.isNaN(labels[n]);
  const ofRows = [labels.filter((_, n) => isThere(n)), groups?.filter((_, n) => isThere(n))] as const;
  return [outputs.filter((_, i) => isThere(Math.floor(i / width))), ...ofRows];
}

function rowOf(values: Float32Array, N: number, n: number): Float32Array {
  const width = values.length / N;
  return values.subarray(n * width, (n + 1) * width);
}

function meanMetric(each: MeanOfRows["each"], ofMean: MeanOfRows["ofMean"] = (mean) => mean): Metric {
  const metric: Metric = (outputs, labels, scale) =>
    ofMean(
      meanOf(labels, (_, n) => each(outputs, labels, n)),
      scale,
    );
  return Object.assign(metric, { each, ofMean });
}

function meanOf(labels: Float32Array, of: (label: number, n: number) => number): number {
  let sum = 0;
  for (let n = 0; n < labels.length; n++) sum += of(labels[n], n);
  return sum / labels.length;
}

/** R2: 1 - squared errors / squared deviations from the mean of these rows. NaN for labels that are all alike. */
function determination(predicted: Float32Array, labels: Float32Array): number {
  const mean = meanOf(labels, (label) => label);
  const errors = meanOf(labels, (label, n) => (label - predicted[n]) ** 2);
  const deviations = meanOf(labels, (label) => (label - mean) ** 2);
  return deviations > 0 ? 1 - errors / deviations : Number.NaN;
}

/** The class of each row: that of the largest logit, of equals the first. */
function largestIn(logits: Float32Array, N: number): Float64Array {
  return Float64Array.from({ length: N }, (_, n) => {
    const row = rowOf(logits, N, n);
    return row.indexOf(Math.max(...row));
  });
}

/** The class of each row: 1 for a logit above 0. */
function signsOf(logits: Float32Array): Uint8Array {
  const signs = new Uint8Array(logits.length);
  for (let n = 0; n < signs.length; n++) signs[n] = Number(logits[n] > 0);
  return signs;
}
