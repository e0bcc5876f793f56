import { cellOverlap, cellsOf } from "../config/cells.ts";
import { configAt, modelOf } from "../config/config.ts";
import type { LossSet } from "../config/losses.ts";
import { gridPoints } from "../config/schema.ts";
import { taskNames, tasksOfRuns } from "../config/task-kinds.ts";
import type { TaskKind } from "../data/task-kinds.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import { isCode } from "../models/code.ts";
import { areTasksApart } from "../models/spec.ts";
import { toCsv } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord, type TaskLosses } from "../records/record.ts";
import { estimatesOf } from "../stats/bootstrap.ts";
import type { Estimate } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { shareOf } from "../stats/interval.ts";
import { mean, median } from "../stats/moments.ts";

/** Models that share nothing between tasks: what others gain or lose by sharing is measured against the first that a sweep has. */
export const SHARE_NOTHING = ["single-task", "single-task-wide"] as const;

/** The model that gains are measured against by default, perhaps the user's own; undefined if the sweep has none that shares nothing. */
export function sharesNothing({ config }: Pick<Results, "config">): string | undefined {
  const models: readonly string[] = config.models;
  const point = configAt(config, gridPoints(config)[0]);
  const isApart = (name: string) => {
    const model = modelOf(point, name);
    const isNetwork = !isCode(model) && model.experts.layers.length > 0; // what a linear model loses is not by sharing
    return isNetwork && areTasksApart(model);
  };
  return SHARE_NOTHING.find((model) => models.includes(model)) ?? models.find(isApart);
}

/** Gains of a cell over another model, run by run, on the runs that are done in both. */
interface CellGains extends Cell {
  /** Indexes of these runs, ascending. */
  readonly runs: readonly number[];
  /** How much these runs share: `cellOverlap`. */
  readonly overlap: number;
  /** [K][runs]: (the other model's final loss - this one's) / the other's. Above 0 the task is better off here. */
  readonly tasks: readonly Float64Array[];
  /** Where labels are classes, of each run that has all metrics the mean gain of the tasks' metrics, {@link GAINED}. */
  readonly metrics?: Float64Array;
}

/** The metric of a task of a kind, and 1 if more of it is better, -1 if less is. */
const GAINED: Readonly<Record<TaskKind, readonly [metric: string, sign: 1 | -1]>> = {
  binary: ["auc", 1],
  categorical: ["accuracy", 1],
  regression: ["rmse", -1],
};

/** The gains of every model but `against`, at each correlation and grid point; cells without a pair of runs are left out. */
export const cellGains = memo(({ config, records }: Results, loss: LossSet, against: string): readonly CellGains[] => {
  const byCell = groupBy(records, cellKey);
  const kinds = tasksOfRuns(config)?.map(({ kind }) => kind) ?? [];
  const done = (cell: Cell) => {
    const all = (byCell.get(cellKey(cell)) ?? []).filter(({ status }) => status === "done");
    return new Map(all.map((record) => [record.run, record]));
  };
  return cellsOf(config).flatMap((cell) => {
    if (cell.model === against) return [];
    const [own, other] = [done(cell), done({ ...cell, model: against })];
    const runs = [...own.keys()].filter((run) => other.has(run)).sort((a, b) => a - b);
    if (runs.length === 0) return [];
    const pairs = runs.map((run) => [own.get(run), other.get(run)] as RunPair);
    const overlap = cellOverlap(config, cell);
    return [{ ...cellOf(cell), runs, overlap, tasks: lossGains(pairs, loss), ...metricGains(pairs, kinds) }];
  });
});

/** A run, and that of the other model. */
type RunPair = readonly [RunRecord, RunRecord];

function lossGains(pairs: readonly RunPair[], loss: LossSet): Float64Array[] {
  const losses = pairs.map((pair) => pair.map((record) => (finalLosses(record, loss) as TaskLosses).tasks));
  return losses[0][0].map((_, k) => Float64Array.from(losses, ([own, other]) => (other[k] - own[k]) / other[k]));
}

function metricGains(pairs: readonly RunPair[], kinds: readonly TaskKind[]): Pick<CellGains, "metrics"> {
  if (kinds.every((kind) => kind === "regression")) return {};
  const metricOf = ({ measures }: RunRecord, name: string, k: number) =>
    (measures?.[name] as readonly number[] | undefined)?.[k] ?? Number.NaN;
  const gains = pairs.map(([own, other]) => {
    const ofTasks = kinds.map((kind, k) => {
      const [name, sign] = GAINED[kind];
      const [ours, theirs] = [metricOf(own, name, k), metricOf(other, name, k)];
      return (sign * (ours - theirs)) / theirs;
    });
    return mean(ofTasks);
  });
  return { metrics: Float64Array.from(gains.filter((gain) => !Number.isNaN(gain))) };
}

/** What sharing does to the tasks of a cell: gains are shares of the other model's loss, 0.1 is a tenth less. */
export interface CellSeesaw extends Cell {
  readonly pairs: number;
  /** Mean gain of each task, [K]. */
  readonly gains: readonly Estimate[];
  /**
   * delta-m: the mean of the gains of all tasks and runs (Maninis et al., "Attentive Single-Tasking of Multiple Tasks",
   * CVPR 2019, eq. 3, of losses). Above 0 the tasks are better off here.
   */
  readonly deltaM: Estimate;
  /** delta-m of metrics, where labels are classes: AUC, accuracy and, of numbers, RMSE. `runs` is how many pairs have all of them. */
  readonly metricDeltaM?: Estimate & { readonly runs: number };
  /** Median over runs of the mean gain of the tasks. */
  readonly medianDeltaM: Estimate;
  /** Share of runs in which some task gains and another loses. */
  readonly seesaw: Estimate;
  /** Share of runs in which all tasks gain. */
  readonly allGain: Estimate;
  /** Share of runs in which all tasks lose. */
  readonly allLose: Estimate;
}

/** Every cell's gains over `against`, in the order of the sweep's cells. */
export interface Seesaw {
  readonly loss: LossSet;
  readonly against: string;
  /** What each task is called, [K]. */
  readonly tasks: readonly string[];
  readonly cells: readonly CellSeesaw[];
}

export const seesawOf = memo((results: Results, loss: LossSet, against: string): Seesaw => {
  return {
    loss,
    against,
    tasks: taskNames(results.config),
    cells: cellGains(results, loss, against).map(seesawOfCell),
  };
});

function seesawOfCell({ runs, overlap, tasks, metrics, ...cell }: CellGains): CellSeesaw {
  const n = runs.length;
  const share = (count: number) => shareOf(count, n, overlap);
  const meanGains = Float64Array.from(runs, (_, i) => mean(tasks.map((gains) => gains[i])));
  const both = estimatesOf(meanGains, { mean, median }, overlap);
  const { seesaw, allGain, allLose } = countsOf(tasks, n);
  return {
    ...cellOf(cell),
    pairs: n,
    gains: tasks.map((gains) => estimatesOf(gains, { mean }, overlap).mean),
    deltaM: both.mean,
    ...(metrics && { metricDeltaM: { ...estimatesOf(metrics, { mean }, overlap).mean, runs: metrics.length } }),
    medianDeltaM: both.median,
    seesaw: share(seesaw),
    allGain: share(allGain),
    allLose: share(allLose),
  };
}

/** How the runs fall: a run in which some tasks stay equal and no two go apart is none of these. */
function countsOf(tasks: readonly Float64Array[], n: number) {
  const counts = { seesaw: 0, allGain: 0, allLose: 0 };
  for (let i = 0; i < n; i++) {
    const gains = tasks.map((task) => task[i]);
    const [least, most] = [Math.min(...gains), Math.max(...gains)];
    if (least > 0) counts.allGain++;
    else if (most < 0) counts.allLose++;
    else if (least < 0 && most > 0) counts.seesaw++;
  }
  return counts;
}

/** Gains as CSV: one row for each statistic of a cell; an empty cell for no value. */
export function seesawCsv({ loss, against, cells }: Seesaw): string {
  return toCsv(
    cells.flatMap(({ model, correlation, point, ...cell }) =>
      statisticsOf(cell).map(([statistic, { value, low, high, runs: pairs = cell.pairs }]) => {
        return { loss, against, model, correlation, ...point, statistic, pairs, value, low, high };
      }),
    ),
  );
}

type Statistic = [name: string, found: Estimate & { readonly runs?: number }];

function statisticsOf({ gains, ...of }: Omit<CellSeesaw, "model" | "correlation" | "point">): Statistic[] {
  return [
    ...gains.map((gain, k): Statistic => [`gain${k + 1}`, gain]),
    ["deltaM", of.deltaM],
    ...(of.metricDeltaM ? [["metricDeltaM", of.metricDeltaM] as Statistic] : []),
    ["medianDeltaM", of.medianDeltaM],
    ["seesawShare", of.seesaw],
    ["allGainShare", of.allGain],
    ["allLoseShare", of.allLose],
  ];
}
