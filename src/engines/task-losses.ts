import { baseRate } from "../data/label-form.ts";
import { settingsOf } from "../data/settings.ts";
import { areWeighted, type TableSettings } from "../data/table.ts";
import { tableSetOf } from "../data/table-set.ts";
import { crossEntropy, entropy, logistic, outputCount, type TaskSettings } from "../data/task-kinds.ts";
import { memo } from "../memo.ts";
import type { AnyRun, FromTable, Predictions } from "./engine.ts";

/** How the loss of a task is taken. */
export interface TaskLoss extends TaskSettings {
  /** What the loss is multiplied by: of classes 1 / the entropy of their base rates, so that predicting these is 1. */
  readonly unit: number;
}

const REGRESSION: TaskSettings = { kind: "regression", weight: 1 };

/** The tasks of a run, [K]. */
export function tasksIn({ model, training }: Pick<AnyRun, "model" | "training">): readonly TaskSettings[] {
  return training.taskKinds ?? new Array<TaskSettings>(model.tasks).fill(REGRESSION);
}

/**
 * How the losses of a run's tasks are taken, [K]. As labels are z-scored by the moments of a table's training rows, or of the
 * generator's population, so base rates are those of the training rows, or of the population. Raw labels have losses in nats.
 */
export function lossesOfTasks(run: AnyRun): TaskLoss[] {
  return tasksIn(run).map((task, k) => ({ ...task, unit: unitOf(run, task, k) }));
}

function unitOf(run: AnyRun, task: TaskSettings, k: number): number {
  if (task.kind === "regression" || run.data.rawLabels) return 1;
  return 1 / (entropy(sharesOf(run, task, k)) || 1); // training rows of one class have no unit
}

/** The base rates of the classes of task `k`: the shares among its labels in a table's training rows, or those of the population. */
export function sharesOf(run: AnyRun, { classes = 2 }: TaskSettings, k: number): readonly number[] {
  if (run.correlation === null) return tableSetOf(run).classShares(k, classes);
  const rate = baseRate(settingsOf(run.data, k));
  return [1 - rate, rate];
}

/** What the losses of a run's tasks are multiplied by, [K]. */
export function lossUnits(run: AnyRun): number[] {
  return lossesOfTasks(run).map(({ unit }) => unit);
}

export function isWeighted({ data, correlation }: Pick<AnyRun, "data" | "correlation">): boolean {
  return correlation === null && areWeighted(data as TableSettings);
}

/** What the losses of a run's held-out rows count, [N, K]: of the last ones, of which predictions are; undefined if all count alike. */
const heldoutWeights = memo((run: AnyRun) =>
  isWeighted(run) ? tableSetOf(run as AnyRun & FromTable).weights("heldout") : undefined,
);

/** Predictions [N, O] of labels [N, K], and weights [N, K] if rows have some. */
export interface Judged {
  readonly outputs: Float32Array;
  readonly y: Float32Array;
  readonly weights?: Float32Array | undefined;
}

/** Sums over the rows with a label of the losses of predictions times their weights, in float64: [K]. */
export function summedLosses(
  { outputs, y, weights }: Judged,
  tasks: readonly TaskLoss[],
  huberDelta: number | null,
): Float64Array {
  const [K, O] = [tasks.length, tasks.reduce((sum, task) => sum + outputCount(task), 0)];
  let first = 0;
  return Float64Array.from(tasks, (task, k) => {
    const from = first;
    const width = outputCount(task);
    first += width;
    let sum = 0;
    for (let n = 0; n * K < y.length; n++) {
      const label = y[n * K + k];
      if (Number.isNaN(label)) continue;
      const at = n * O + from;
      const loss =
        task.kind === "categorical"
          ? crossEntropy(outputs.subarray(at, at + width), label)
          : lossOf(task.kind, outputs[at], label, huberDelta);
      sum += weights ? weights[n * K + k] * loss : loss;
    }
    return task.unit * sum;
  });
}

/** The loss of a task's one output for a label. */
function lossOf(kind: "binary" | "regression", output: number, label: number, huberDelta: number | null): number {
  if (kind === "binary") return logistic(output, label);
  const size = Math.abs(output - label);
  if (huberDelta === null) return size * size;
  return size <= huberDelta ? (size * size) / 2 : huberDelta * (size - huberDelta / 2);
}

/** Whether a run has validation rows: the last of its held-out rows. */
export function isValidated({ training }: Pick<AnyRun, "training">): boolean {
  return (training.validationRows ?? 0) > 0;
}

/** Mean losses [K] over the validation rows that have each task's label, by their weights, in float64; NaN where none has. */
export function validationLosses(run: AnyRun, heldout: Predictions, tasks: readonly TaskLoss[]): number[] {
  const rows = rowsOfPart(run, heldout, "validation");
  const weights = heldoutWeights(run)?.subarray(-rows.y.length);
  const sums = summedLosses({ ...rows, weights }, tasks, run.training.huberDelta);
  const counts = labelledIn(rows.y, tasks.length, weights);
  return Array.from(sums, (sum, k) => sum / counts[k]);
}

/** How many rows have each task's label, [K], by labels [N, K], where NaN is none; or the sums of their weights [N, K]. */
export function labelledIn(y: Float32Array, K: number, weights?: Float32Array): number[] {
  return Array.from({ length: K }, (_, k) => {
    let count = 0;
    for (let at = k; at < y.length; at += K) if (!Number.isNaN(y[at])) count += weights?.[at] ?? 1;
    return count;
  });
}

/** The test rows, or the validation rows, of what a run predicts of its held-out rows. */
export function rowsOfPart(run: AnyRun, { outputs, y, groups }: Predictions, part: "test" | "validation"): Predictions {
  const K = run.model.tasks;
  const N = y.length / K; // fewer than all test rows of a sample
  const O = outputs.length / N;
  const T = N - (run.training.validationRows ?? 0);
  const [from, to] = part === "test" ? [0, T] : [T, N];
  return {
    outputs: outputs.subarray(from * O, to * O),
    y: y.subarray(from * K, to * K),
    groups: groups?.subarray(from, to),
  };
}
