import { cellOverlap, cellsOf } from "../config/cells.ts";
import type { LossSet } from "../config/losses.ts";
import type { TaskKindSetting } from "../config/rows-schema.ts";
import { taskNames, tasksOfRuns } from "../config/task-kinds.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import { measureNames, measuresAmong, ownMetricsAmong } from "../records/measure-values.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord } from "../records/record.ts";
import { estimatesOf } from "../stats/bootstrap.ts";
import type { Estimate } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";

/** A mean over the runs that have a value: a run without rows of both classes has no AUC. */
interface MeanOfRuns extends Estimate {
  readonly runs: number;
}

/** One task of a cell: means over the runs that are done, with their intervals. */
export interface TaskCell extends Cell {
  readonly runs: number;
  /** After the last step. */
  readonly loss: MeanOfRuns;
  /** Metrics that its kind has, by name; absent if no run has one. */
  readonly metrics: Readonly<Record<string, MeanOfRuns>>;
}

export interface TaskSummary {
  readonly name: string;
  readonly kind: TaskKindSetting["kind"];
  readonly cells: readonly TaskCell[];
}

/** Each task of a sweep, by itself. */
export function taskSummaries({ config, records }: Results, set: LossSet): TaskSummary[] {
  const done = groupBy(
    records.filter(({ status }) => status === "done"),
    cellKey,
  );
  const kinds = tasksOfRuns(config);
  return taskNames(config).map((name, k) => ({
    name,
    kind: kinds?.[k]?.kind ?? "regression",
    cells: cellsOf(config).flatMap((cell) => {
      const runs = done.get(cellKey(cell)) ?? [];
      return runs.length > 0 ? [{ ...cell, ...taskOf(runs, k, set, cellOverlap(config, cell)) }] : [];
    }),
  }));
}

/** Whether a sweep's tasks are of different kinds: a mean over them says little. */
export function hasManyKinds({ config }: Pick<Results, "config">): boolean {
  return new Set(tasksOfRuns(config)?.map(({ kind }) => kind)).size > 1;
}

/** The names of metrics in the user's code. */
export function ownMetricsIn(tasks: readonly TaskSummary[]): string[] {
  return ownMetricsAmong(tasks.flatMap(({ cells }) => cells.flatMap(({ metrics }) => Object.keys(metrics))));
}

function taskOf(runs: readonly RunRecord[], k: number, set: LossSet, overlap: number): Omit<TaskCell, keyof Cell> {
  const metrics = measuresAmong(measureNames(runs)).flatMap(({ name, some }) => {
    if (!some) return [];
    const values = runs.map(({ measures }) => (measures?.[name] as readonly number[] | undefined)?.[k] ?? Number.NaN);
    const known = values.filter((value) => !Number.isNaN(value));
    return known.length > 0 ? [[name, meanOf(known, overlap)] as const] : [];
  });
  const losses = runs.flatMap((run) => finalLosses(run, set)?.tasks[k] ?? []);
  return { runs: runs.length, loss: meanOf(losses, overlap), metrics: Object.fromEntries(metrics) };
}

function meanOf(values: readonly number[], overlap: number): MeanOfRuns {
  return { ...estimatesOf(Float64Array.from(values), { mean }, overlap).mean, runs: values.length };
}
