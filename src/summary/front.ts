// What static weights of the tasks' losses reach, and what methods do beside them.
import { cellOverlap, cellsOf } from "../config/cells.ts";
import type { Config } from "../config/config.ts";
import { partsByTask } from "../config/kinds.ts";
import type { LossSet } from "../config/losses.ts";
import { type Cell, cellKey, cellOf, commonPoint } from "../identity/cell.ts";
import { memo } from "../memo.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord, type TaskLosses } from "../records/record.ts";
import { bootstrap, type Columns, estimateOf, estimatesOf } from "../stats/bootstrap.ts";
import { type Estimate, NO_ESTIMATE, NO_INTERVAL } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { areUndominated, dominates, hypervolume, type Losses, reachOf } from "../stats/pareto.ts";

/** Static weights, or a method, of a model. */
export interface FrontPoint extends Cell {
  /** `1:3`, or `pcgrad`; of a method with weights both. */
  readonly name: string;
  readonly isMethod: boolean;
  /** Mean final loss of each task, [K]. */
  readonly losses: readonly Estimate[];
  /** Whether no static weights have lower mean losses of all tasks. */
  readonly isOnFront: boolean;
  /** Of a method: by which share all its losses could rise before the front of static weights reaches them; below 0 it is behind. */
  readonly beyond?: Estimate;
  /** Of a method, with few tasks: what it adds to the hypervolume, as a share of the same box. */
  readonly adds?: Estimate;
}

/** The points of a model at a correlation and a choice of all other settings, over the runs that all of them have done. */
export interface Front extends Cell {
  readonly runs: number;
  /** The highest mean loss of each task with any static weights, [K]. */
  readonly reference: readonly number[];
  /** What static weights dominate of the box from their lowest to their highest mean losses, a share; absent with many tasks. */
  readonly hypervolume?: Estimate;
  /** Static weights first. */
  readonly points: readonly FrontPoint[];
}

/** The fronts of a sweep in which a model has runs with two or more static weights. */
export const frontsOf = memo((results: Results, loss: LossSet): readonly Front[] => {
  const done = groupBy(
    results.records.filter(({ status }) => status === "done"),
    cellKey,
  );
  const cells = cellsOf(results.config).filter((cell) => done.has(cellKey(cell)));
  const groups = groupBy(cells, (cell) => cellKey({ ...cell, point: commonPoint(cell.point) }));
  return [...groups.values()].flatMap((group) => {
    const named = group.map((cell) => contestantOf(cell, done.get(cellKey(cell)) as RunRecord[], results.config));
    const points = named.filter(({ name }, i) => named.findIndex((other) => other.name === name) === i);
    return frontOf(
      points.sort((a, b) => Number(a.isMethod) - Number(b.isMethod)),
      loss,
      Math.max(...group.map((cell) => cellOverlap(results.config, cell))),
    );
  });
});

interface Contestant extends Pick<FrontPoint, "name" | "isMethod"> {
  readonly cell: Cell;
  readonly records: readonly RunRecord[];
}

/** Weights that are 1 for all tasks have one name, whoever wrote them. */
function contestantOf(cell: Cell, records: readonly RunRecord[], config: Config): Contestant {
  const { method = config.method, taskWeights = config.taskWeights } = cell.point;
  const isPlain = config.taskKinds.every(({ weight }) => weight === 1);
  const equal = new Array<number>(config.tasks).fill(1).join(":");
  const weights = taskWeights === "none" && isPlain ? equal : String(taskWeights);
  const isMethod = method !== "sum";
  const isEqual = partsByTask(weights).every((part) => part === "1") || weights === "none";
  const name = isMethod ? [method, ...(isEqual ? [] : [weights])].join(" ") : weights;
  return { name, isMethod, cell: cellOf(cell), records };
}

/** Hypervolumes of more tasks take too long to resample. */
const MOST_TASKS = 3;

function frontOf(points: readonly Contestant[], loss: LossSet, overlap: number): Front[] {
  const statics = points.filter(({ isMethod }) => !isMethod).length;
  const byRun = points.map(({ records }) => {
    return new Map(records.map((record) => [record.run, (finalLosses(record, loss) as TaskLosses).tasks]));
  });
  const runs = [...byRun[0].keys()].filter((run) => byRun.every((losses) => losses.has(run))).sort((a, b) => a - b);
  if (statics < 2 || runs.length === 0) return [];
  const K = (byRun[0].get(runs[0]) as Losses).length;
  const columns = byRun.flatMap((losses) =>
    Array.from({ length: K }, (_, k) => Float64Array.from(runs, (run) => (losses.get(run) as Losses)[k])),
  );
  const means = meansOf(columns, K);
  const weights = means.slice(0, statics);
  const ofWeights = weights[0].map((_, k) => weights.map((losses) => losses[k]));
  const reference = ofWeights.map((losses) => Math.max(...losses));
  const box = ofWeights.reduce((product, losses, k) => product * (reference[k] - Math.min(...losses)), 1);
  const measured = measuresOf(columns, { K, statics, reference, box, overlap });
  const { model, correlation, point } = points[0].cell;
  return [
    {
      ...{ model, correlation, point: commonPoint(point), runs: runs.length, reference },
      ...(K <= MOST_TASKS && { hypervolume: measured("hypervolume") }),
      points: points.map(({ cell, name, isMethod }, i) => ({
        ...{ ...cell, name, isMethod },
        losses: means[i].map((_, k) => measured(`loss ${i} ${k}`)),
        isOnFront: !weights.some((losses) => dominates(losses, means[i])),
        ...(isMethod && { beyond: measured(`beyond ${i}`) }),
        ...(isMethod && K <= MOST_TASKS && { adds: measured(`adds ${i}`) }),
      })),
    },
  ];
}

/** The mean of each column, K of them for each point. */
function meansOf(columns: Columns, K: number): Losses[] {
  const means = columns.map((column) => mean(column));
  return Array.from({ length: means.length / K }, (_, i) => means.slice(K * i, K * (i + 1)));
}

interface Space {
  readonly K: number;
  /** How many of the points, the first ones, are static weights. */
  readonly statics: number;
  readonly reference: Losses;
  /** What hypervolumes are shares of. */
  readonly box: number;
  /** How much the runs share: only mean losses then have intervals. */
  readonly overlap: number;
}

/** Means over runs, and what follows from them. */
interface Sample {
  readonly means: readonly Losses[];
  /** Static weights that none dominates. */
  readonly front: readonly Losses[];
  readonly volume: number;
}

type Statistics = Readonly<Record<string, (sample: Sample) => number>>;

/** All that is measured of some points, by name: from the same resamples, in which a run's losses at all points are drawn together. */
function measuresOf(columns: Columns, { K, statics, reference, box, overlap }: Space): (name: string) => Estimate {
  const volumeOf = (points: readonly Losses[]) =>
    K > MOST_TASKS || box === 0 ? Number.NaN : hypervolume(points, reference) / box;
  const sampled = (sample: Columns): Sample => {
    const means = meansOf(sample, K);
    const undominated = areUndominated(means.slice(0, statics));
    const front = means.filter((_, i) => undominated[i]);
    return { means, front, volume: volumeOf(front) };
  };
  const ofPoint = (i: number): Statistics => ({
    ...Object.fromEntries(Array.from({ length: K }, (_, k) => [`loss ${i} ${k}`, ({ means }: Sample) => means[i][k]])),
    ...(i >= statics && {
      [`beyond ${i}`]: ({ means, front }: Sample) => reachOf(front, means[i]) - 1,
      [`adds ${i}`]: ({ means, front, volume }: Sample) => volumeOf([...front, means[i]]) - volume,
    }),
  });
  const points = Array.from({ length: columns.length / K }, (_, i) => ofPoint(i));
  const statistics: Statistics = Object.assign({ hypervolume: ({ volume }: Sample) => volume }, ...points);
  if (overlap > 0) {
    const whole = sampled(columns);
    const ofLosses = columns.map((column, c) => [`loss ${Math.floor(c / K)} ${c % K}`, column] as const);
    const means = new Map<string, Estimate>(
      ofLosses.map(([name, column]) => [name, estimatesOf(column, { mean }, overlap).mean]),
    );
    return (name) => means.get(name) ?? { value: statistics[name](whole), ...NO_INTERVAL };
  }
  const all = bootstrap(columns, sampled, statistics);
  return (name) => estimateOf(all[name]);
}

/** A point of a front in a file, or in a figure: NaN for what it does not have. */
export type FrontRow = Pick<Cell, "model" | "correlation"> & {
  readonly name: string;
  readonly kind: "weights" | "method";
  readonly runs: number;
  readonly loss: LossSet;
} & Readonly<Record<`${"hypervolume" | "beyond" | "adds" | `task${number}`}${"" | "Low" | "High"}`, number>>;

export function frontRows({ hypervolume = NO_ESTIMATE, points, runs }: Front, loss: LossSet): FrontRow[] {
  return points.map(
    ({ name, model, correlation, point, isMethod, losses, isOnFront, beyond = NO_ESTIMATE, adds = NO_ESTIMATE }) => ({
      ...{ model, correlation, ...point, name, kind: isMethod ? "method" : "weights", runs, loss },
      ...Object.assign({}, ...losses.map((found, k) => columnsOf(`task${k + 1}`, found))),
      onFront: Number(isOnFront),
      ...columnsOf("beyond", beyond),
      ...columnsOf("adds", adds),
      ...columnsOf("hypervolume", hypervolume),
    }),
  );
}

function columnsOf(name: string, { value, low, high }: Estimate): Record<string, number> {
  return { [name]: value, [`${name}Low`]: low, [`${name}High`]: high };
}
