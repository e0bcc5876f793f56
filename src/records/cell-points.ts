import { type EachLoss, eachLoss } from "../config/loss-sets.ts";
import type { Cell } from "../identity/cell.ts";
import { sortAscending } from "../stats/sort.ts";
import { CELL_STATISTICS } from "./cell-columns.ts";
import { type RunRecord, tasksOf } from "./record.ts";
import { allCurves } from "./stored-curve.ts";

/** The losses of those runs of a cell that reached a step. */
export interface CellPoint {
  readonly cell: Cell;
  readonly task: "mean" | number;
  readonly step: number;
  readonly runs: number;
  /** The values of `CELL_STATISTICS`. */
  readonly statistics: EachLoss<readonly number[]>;
}

/** Losses that are in memory at once, 320 MB, however long the curves and however many the runs. */
const MOST_GATHERED = 40_000_000;

/** Losses that are read before others may work: some 10 ms. */
const BREATH = 100_000;

/**
 * The points of a cell, by task, then step. Evaluations are taken in blocks of at most `mostGathered` losses, for each of
 * which every curve is read once. Gives undefined meanwhile, so that others may work.
 */
export function* cellPoints(
  cell: readonly RunRecord[],
  mostGathered = MOST_GATHERED,
): Generator<CellPoint | undefined> {
  const first = cell[0] as RunRecord;
  const K = tasksOf(first);
  const { steps } = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve;
  const points = Array.from({ length: K + 1 }, (): CellPoint[] => []);
  const evaluations = Math.max(1, Math.floor(mostGathered / (2 * cell.length * K)));
  const columns = new Columns(cell.length, K);
  for (let from = 0; from < steps.length; from += evaluations) {
    const to = Math.min(from + evaluations, steps.length);
    const block = yield* gathered(cell, K, from, to);
    for (let i = from; i < to; i++) {
      const step = steps[i] as number;
      const runs = columns.take(block, i, step);
      for (const [t, own] of points.entries())
        own.push({ cell: first, task: t === 0 ? "mean" : t - 1, step, runs, statistics: columns.statistics(t, runs) });
      yield;
    }
  }
  for (const own of points) yield* own;
}

/** Losses of runs at some of their evaluations, those from `from` on: [runs, evaluations, K]. */
interface Block {
  readonly from: number;
  readonly evaluations: number;
  readonly train: Float64Array;
  readonly heldout: Float64Array;
  /** The steps of all evaluations of each run. */
  readonly steps: readonly (readonly number[])[];
}

/** Read run by run: point by point, all 100,000 curves would be fetched again for each point. */
function* gathered(cell: readonly RunRecord[], K: number, from: number, to: number): Generator<undefined, Block> {
  const size = K * (to - from);
  const [train, heldout] = [new Float64Array(cell.length * size), new Float64Array(cell.length * size)];
  const steps: (readonly number[])[] = [];
  let read = 0;
  for (const curve of allCurves(cell)) {
    train.set(curve.train.subarray(K * from, K * to), size * steps.length);
    heldout.set(curve.heldout.subarray(K * from, K * to), size * steps.length);
    steps.push(curve.steps);
    read += curve.train.length;
    if (read < BREATH) continue;
    read = 0;
    yield;
  }
  return { from, evaluations: to - from, train, heldout, steps };
}

/** The losses of runs, K tasks, at one evaluation after the other. */
class Columns {
  readonly #K: number;
  /** Of the mean over tasks, then of each task: [K + 1][runs]. */
  readonly #losses: EachLoss<readonly Float64Array[]>;
  /** Of each run and task: the batch losses so far, added up, [runs, K]. */
  readonly #sums: Float64Array;
  /** The running means of a run, [K]. */
  readonly #means: Float64Array;

  constructor(runs: number, K: number) {
    this.#K = K;
    this.#losses = eachLoss(() => Array.from({ length: K + 1 }, () => new Float64Array(runs)));
    this.#sums = new Float64Array(runs * K);
    this.#means = new Float64Array(K);
  }

  /** Takes evaluation `i` of the runs for which it is at `step`; returns how many these are. */
  take({ from, evaluations, train, heldout, steps }: Block, i: number, step: number): number {
    let taken = 0;
    for (let run = 0; run < steps.length; run++) {
      const own = steps[run] as readonly number[];
      if (i >= own.length) continue;
      const at = this.#K * (run * evaluations + i - from);
      this.#put(this.#losses.train, taken, train, at);
      this.#put(this.#losses.heldout, taken, heldout, at);
      this.#run(run, own, i, train, at);
      this.#put(this.#losses.running, taken, this.#means, 0);
      if (own[i] === step) taken++;
    }
    return taken;
  }

  /** The statistics of the mean over tasks (0) or of a task (from 1), over the runs that were taken. */
  statistics(t: number, runs: number): EachLoss<readonly number[]> {
    return eachLoss((set) => {
      const sorted = sortAscending((this.#losses[set][t] as Float64Array).subarray(0, runs));
      return CELL_STATISTICS.map(({ of }) => of(sorted));
    });
  }

  /** Puts the losses [K] that begin at `at`, and their mean, into the columns. */
  #put(columns: readonly Float64Array[], row: number, losses: Float64Array, at: number): void {
    let sum = 0;
    for (let k = 0; k < this.#K; k++) {
      const loss = losses[at + k] as number;
      (columns[k + 1] as Float64Array)[row] = loss;
      sum += loss;
    }
    (columns[0] as Float64Array)[row] = sum / this.#K;
  }

  /** Moves the running means of a run on to its evaluation `i`: a mean of `train` counts as often as it has steps. */
  #run(run: number, steps: readonly number[], i: number, train: Float64Array, at: number): void {
    const step = steps[i] as number;
    const since = step - (steps[i - 1] ?? 0);
    for (let k = 0; k < this.#K; k++) {
      const place = this.#K * run + k;
      const sum = (this.#sums[place] as number) + (train[at + k] as number) * since;
      this.#sums[place] = sum;
      this.#means[k] = sum / step;
    }
  }
}
