import { baseRate, classShares, entropy, type TaskSettings } from "../data/task-kinds.ts";
import type { AnyRun } from "./engine.ts";

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
 * generator's population, so base rates are those of the training rows, `labelsOf` a task, or of the population. Raw labels
 * have losses in nats.
 */
export function lossesOfTasks(run: AnyRun, labelsOf: (task: number) => ArrayLike<number>): TaskLoss[] {
  return tasksIn(run).map((task, k) => ({ ...task, unit: unitOf(run, task, () => labelsOf(k)) }));
}

function unitOf(run: AnyRun, { kind, classes = 2 }: TaskSettings, labels: () => ArrayLike<number>): number {
  if (kind === "regression" || run.data.rawLabels) return 1;
  const rate = run.correlation === null ? undefined : baseRate(run.data);
  const shares = rate === undefined ? classShares(labels(), classes) : [1 - rate, rate];
  return 1 / (entropy(shares) || 1); // training rows of one class have no unit
}

/** What the losses of a run's tasks are multiplied by, [K], by the labels [N, K] of its training rows, if they are fixed. */
export function lossUnits(run: AnyRun, y: Float32Array = new Float32Array()): number[] {
  const K = run.model.tasks;
  return lossesOfTasks(run, (k) => y.filter((_, i) => i % K === k)).map(({ unit }) => unit);
}
