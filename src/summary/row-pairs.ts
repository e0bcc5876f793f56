// Models compared on the same test rows, by what their runs predict of each of these.
import { taskNames, tasksOfRuns } from "../config/task-kinds.ts";
import type { TaskKind } from "../data/task-kinds.ts";
import { type Metric, metricsOfKind } from "../diagnostics/task-metrics.ts";
import { type Cell, cellKey, cellOf, pointText } from "../identity/cell.ts";
import { LongWork } from "../long-work.ts";
import { xoshiroOf } from "../random/xoshiro.ts";
import { keptPredictions, type TaskPredictions } from "../records/kept-arrays.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean, standardDeviation } from "../stats/moments.ts";
import { pairsOf } from "../stats/pairs.ts";
import { areaDifferenceError, errorOfMeans, placements } from "../stats/ranking.ts";
import { risingOrder } from "../stats/sort.ts";

/** The first minus the second in a metric of a task, on the same test rows: means over pairs of runs. */
export interface RowComparison extends Difference {
  readonly first: Cell;
  readonly second: Cell;
  readonly task: string;
  readonly metric: string;
  /** Pairs of runs. */
  readonly pairs: number;
}

interface Difference {
  readonly difference: number;
  /** The standard error of one pair's difference over further test rows, given both trained models. */
  readonly pairedError: number;
  /** The standard error of that difference if each of the two models had its own test rows. */
  readonly unpairedError: number;
}

/** A run, and what it predicts of its tasks, [K]. */
interface RunOnRows {
  readonly record: RunRecord;
  readonly tasks: readonly TaskOnRows[];
}

interface MetricOnRows {
  readonly value: number;
  /** On resamples of the rows; absent for an AUC. */
  readonly replicates?: Float64Array;
}

interface TaskOnRows extends TaskPredictions {
  /** DeLong's, of a task that has an AUC, and the error of that area. */
  readonly placements: Float64Array;
  readonly areaError: number;
  readonly metrics: Readonly<Record<string, MetricOnRows>>;
}

type InFolder = readonly [Results, RunRecord];
type Pair<T> = readonly [T, T];

/**
 * An error by 200 resamples is off by a twentieth; of many rows fewer are drawn, in proportion. The pairs of runs whose errors
 * become one share them out.
 */
const [MOST, FEWER, LEAST, MOST_ROWS] = [200, 50, 20, 2_000_000];

/** Every two models at each correlation and grid point, over the runs whose predictions both were kept. */
export function modelsOnRows(results: Results): RowComparison[] {
  const place = ({ model }: RunRecord) => results.config.models.indexOf(model);
  const done = results.records.filter(({ status }) => status === "done").toSorted((a, b) => place(a) - place(b)); // pairs as in the other tables
  const groups = groupBy(done, ({ correlation, point, run }) => `${correlation} ${pointText(point)} ${run}`);
  return comparedOnRows([...groups.values()].map((records) => records.map((record) => [results, record])));
}

/** B minus A in each cell that both folders have, over the runs whose predictions both were kept. */
export function foldersOnRows(a: Results, b: Results): RowComparison[] {
  const before = new Map(a.records.map((record) => [record.id, record]));
  const groups = b.records.flatMap((record): InFolder[][] => {
    const other = before.get(record.id);
    const areDone = record.status === "done" && other?.status === "done";
    return areDone ? [[[b, record] as const, [a, other] as const]] : [];
  });
  return comparedOnRows(groups);
}

/** Every two runs of each group, in order. */
function comparedOnRows(groups: readonly (readonly InFolder[])[]): RowComparison[] {
  const work = new LongWork("comparing models on their test rows");
  const found: Omit<RowComparison, "pairs">[] = [];
  for (const [i, group] of groups.entries()) {
    work.reach(i / groups.length);
    const share = Math.min(groups.length, group[0][0].config.runs);
    const draws: Draws = new Map();
    const runs = group.flatMap(([results, record]) => runOnRows(results, record, { share, draws }));
    const names = taskNames(group[0][0].config);
    found.push(...pairsOf(runs).flatMap((pair) => names.flatMap((task, k) => taskOfPair(pair, task, k))));
  }
  const byMetric = groupBy(found, ({ first, second, task, metric }) =>
    [cellKey(first), cellKey(second), task, metric].join(" "),
  );
  return [...byMetric.values()].map((all) => {
    const meanOf = (of: keyof Difference) => mean(all.map((one) => one[of]));
    return {
      ...all[0],
      pairs: all.length,
      difference: meanOf("difference"),
      pairedError: meanOf("pairedError"),
      unpairedError: meanOf("unpairedError"),
    };
  });
}

/** How often each of N rows is in each resample, [draws, N], by N: the same for every run of one number. */
type Draws = Map<number, readonly Uint8Array[]>;

interface Drawing {
  /** Resamples are shared out over so many pairs of runs. */
  readonly share: number;
  readonly draws: Draws;
}

/** Nothing if the run's predictions were not kept. */
function runOnRows(results: Results, record: RunRecord, drawing: Drawing): RunOnRows[] {
  const kinds = tasksOfRuns(results.config);
  const tasks = keptPredictions(results, record.id)?.map((task, k) => {
    const kind = kinds?.[k]?.kind ?? "regression";
    const scale = kind === "regression" ? scaleIn(record, k, task) : 1;
    return taskOnRows(task, { kind, scale, draws: drawsOf(task.labels.length, record.run, drawing) });
  });
  return tasks ? [{ record, tasks }] : [];
}

/** One of a regression's predictions in the units of its label: what the recorded RMSE is to that of the predictions. */
function scaleIn({ measures }: RunRecord, k: number, { outputs, labels }: TaskPredictions): number {
  const recorded = (measures?.rmse as readonly number[] | undefined)?.[k];
  const own = metricsOfKind("regression").rmse?.(outputs, labels, 1);
  return recorded !== undefined && own ? recorded / own : 1;
}

function taskOnRows(
  task: TaskPredictions,
  of: { readonly kind: TaskKind; readonly scale: number; readonly draws: readonly Uint8Array[] },
): TaskOnRows {
  const { outputs, labels } = task;
  const { auc, aucError: _, ...others } = metricsOfKind(of.kind);
  const rows = inOrder(task);
  const metrics = Object.entries(others).map(([name, metric]) => {
    return { name, metric, measured: measureOf(metric, rows, of.scale), replicates: [] as number[] };
  });
  for (const draw of of.draws) {
    const times = draw.map((_, n) => draw[rows.order[n]]);
    const drawn = { ...repeated(rows, times), times };
    for (const { measured, replicates } of metrics) replicates.push(measured(drawn));
  }
  const resampled = metrics.map(({ name, metric, replicates }) => {
    return [name, { value: metric(outputs, labels, of.scale), replicates: Float64Array.from(replicates) }] as const;
  });
  const ranks = auc ? placements(outputs, labels) : new Float64Array();
  return {
    ...task,
    placements: ranks,
    areaError: errorOfMeans(ranks, labels),
    metrics: { ...(auc && { auc: { value: auc(outputs, labels, of.scale) } }), ...Object.fromEntries(resampled) },
  };
}

/** Rows drawn with replacement, and how often each was. */
interface Resample extends TaskPredictions {
  readonly times: Uint8Array;
}

/** A metric of resamples of a task's rows. What each row adds to a mean is the same in all of them. */
function measureOf(metric: Metric, { outputs, labels }: TaskPredictions, scale: number): (drawn: Resample) => number {
  const { each, ofMean } = metric;
  if (!each || !ofMean) return (drawn) => metric(drawn.outputs, drawn.labels, scale);
  const values = Float64Array.from(labels, (_, n) => each(outputs, labels, n));
  return ({ times }) => {
    let sum = 0;
    for (let row = 0; row < times.length; row++) for (let n = times[row]; n > 0; n--) sum += values[row];
    return ofMean(sum / labels.length, scale);
  };
}

/** Rows in the order of their outputs if these are single numbers: what ranks a resample of them then has little to do. */
function inOrder({ outputs, labels }: TaskPredictions): TaskPredictions & { readonly order: Uint32Array } {
  if (outputs.length !== labels.length)
    return { outputs, labels, order: new Uint32Array(labels.length).map((_, n) => n) };
  const order = risingOrder(outputs);
  return { outputs: outputs.map((_, n) => outputs[order[n]]), labels: labels.map((_, n) => labels[order[n]]), order };
}

function drawsOf(N: number, run: number, { share, draws }: Drawing): readonly Uint8Array[] {
  const drawn = draws.get(N) ?? drawnTimes(N, run, share);
  draws.set(N, drawn);
  return drawn;
}

function drawnTimes(N: number, run: number, share: number): Uint8Array[] {
  const count = Math.max(LEAST, Math.round(Math.max(FEWER, Math.min(MOST, MOST_ROWS / N)) / share));
  const random = xoshiroOf(`mmoe/rows/n=${N}/run=${run}`);
  return Array.from({ length: count }, () => {
    const times = new Uint8Array(N); // hardly a row is drawn ten times
    for (let n = 0; n < N; n++) times[random.below(N)]++;
    return times;
  });
}

/** Each row so many times. */
function repeated({ outputs, labels }: TaskPredictions, times: Uint8Array): TaskPredictions {
  const drawn = { outputs: new Float32Array(outputs.length), labels: new Float32Array(labels.length) };
  const C = outputs.length / labels.length;
  for (let row = 0, at = 0; row < times.length; row++)
    for (let n = times[row]; n > 0; n--, at++) {
      for (let c = 0; c < C; c++) drawn.outputs[at * C + c] = outputs[row * C + c];
      drawn.labels[at] = labels[row];
    }
  return drawn;
}

function areSame(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((label, row) => label === b[row]);
}

/** Each metric of a task; nothing if the test rows of the two are not the same. */
function taskOfPair([a, b]: Pair<RunOnRows>, task: string, k: number): Omit<RowComparison, "pairs">[] {
  const [first, second] = [a.tasks[k], b.tasks[k]] as Pair<TaskOnRows>;
  if (first.labels.length === 0 || !areSame(first.labels, second.labels)) return [];
  return Object.entries(first.metrics).map(([metric, one]) => {
    const names = { first: cellOf(a.record), second: cellOf(b.record), task, metric };
    const other = second.metrics[metric];
    return { ...names, difference: one.value - other.value, ...errorsOf([one, other], [first, second]) };
  });
}

function errorsOf([one, other]: Pair<MetricOnRows>, [a, b]: Pair<TaskOnRows>): Omit<Difference, "difference"> {
  if (one.replicates && other.replicates) {
    const [ours, theirs] = [one.replicates, other.replicates];
    const pairedError = standardDeviation(ours.map((value, i) => value - theirs[i]));
    return { pairedError, unpairedError: Math.hypot(standardDeviation(ours), standardDeviation(theirs)) };
  }
  return {
    pairedError: areaDifferenceError(a.placements, b.placements, a.labels),
    unpairedError: Math.hypot(a.areaError, b.areaError),
  };
}
