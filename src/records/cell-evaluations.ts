import { type EachLoss, eachLoss } from "../config/losses.ts";
import { type RecordedCurve, type RunRecord, tasksOf } from "./record.ts";
import { allCurves } from "./stored-curve.ts";

/** The losses at one evaluation of those runs of a cell that reached it, and often of those that ended before. They are overwritten by the next one. */
interface Evaluation {
  readonly step: number;
  /** Runs that reached it. */
  readonly reached: number;
  /** Of the mean over tasks, then of each task: [K + 1][runs], in the order of the runs. */
  readonly losses: EachLoss<readonly Float64Array[]>;
}

/** Losses of a cell that are in memory at once, 320 MB, however long its curves and however many its runs. */
export const MOST_GATHERED = 40_000_000;

/** Losses that are read before others may work: some 10 ms. */
const BREATH = 100_000;

/** Memory for the losses of cells, one after the other: given up and taken again, it would start the garbage collector. */
export class Gathered {
  readonly mostLosses: number;
  #losses = new Float64Array(0);

  constructor(mostLosses = MOST_GATHERED) {
    this.mostLosses = mostLosses;
  }

  /** Some lists of `length` numbers. */
  ofLength(length: number, lists: number): Float64Array[] {
    if (this.#losses.length < lists * length) this.#losses = new Float64Array(lists * length);
    return Array.from({ length: lists }, (_, i) => this.#losses.subarray(i * length, (i + 1) * length));
  }
}

/**
 * A cell's evaluations, one after the other, at the steps of its longest run. Where all runs are evaluated at the same ones, they
 * are taken in blocks that `memory` can hold, for each of which every curve is read once; else all curves are in memory. Gives
 * undefined meanwhile, so that others may work. With `carry`, a run that has ended keeps its last losses: it is in all later
 * evaluations.
 */
export function* cellEvaluations(
  cell: readonly RunRecord[],
  memory = new Gathered(),
  carry = false,
): Generator<Evaluation | undefined> {
  const K = tasksOf(cell[0]);
  const all = cell.map(({ curve }) => curve.steps);
  const longest = all.reduce((a, b) => ((b.at(-1) ?? 0) > (a.at(-1) ?? 0) ? b : a));
  const isAligned = all.every(
    (steps) =>
      steps === longest || (steps.every((step, i) => step === longest[i]) && !(carry && steps.length < longest.length)),
  );
  const most = all.reduce((length, steps) => Math.max(length, steps.length), 0);
  const atOnce = isAligned ? Math.max(1, Math.floor(memory.mostLosses / (2 * cell.length * K))) : most;
  const columns = new Columns(cell, K);
  for (let from = 0; from < longest.length; from += atOnce) {
    const block = yield* gathered(cell, { K, from, to: Math.min(from + atOnce, most) }, memory);
    for (const step of longest.slice(from, from + atOnce)) yield { step, ...columns.upTo(block, step, carry) };
  }
}

/** Losses of runs at some of their evaluations, those from `from` on: [runs, evaluations, K]. */
interface Block {
  readonly from: number;
  readonly evaluations: number;
  readonly train: Float64Array;
  readonly heldout: Float64Array;
  /** How many batches each of `train` is a mean over; undefined where that is every step's. */
  readonly batches: Float64Array | undefined;
}

/** Read run by run: evaluation by evaluation, all 100,000 curves would be fetched again for each. */
function* gathered(
  cell: readonly RunRecord[],
  { K, from, to }: { readonly K: number; readonly from: number; readonly to: number },
  memory: Gathered,
): Generator<undefined, Block> {
  const size = K * (to - from);
  const hasBatches = cell.some(({ curve }) => curve.batches !== undefined);
  const lists = memory.ofLength(cell.length * size, hasBatches ? 3 : 2);
  const [train, heldout, batches] = lists as [Float64Array, Float64Array, Float64Array | undefined];
  let read = 0;
  for (const { index, curve } of allCurves(cell)) {
    train.set(curve.train.subarray(K * from, K * to), size * index);
    heldout.set(curve.heldout.subarray(K * from, K * to), size * index);
    batches?.set(batchesOf(curve, K, from, to), size * index);
    read += curve.train.length;
    if (read < BREATH) continue;
    read = 0;
    yield;
  }
  return { from, evaluations: to - from, train, heldout, batches };
}

/** How many batches the means of some evaluations are over, [evaluations, K]. */
function batchesOf({ steps, batches }: RecordedCurve, K: number, from: number, to: number): Float64Array {
  if (batches) return batches.subarray(K * from, K * to);
  const since = (i: number) => steps[i] - (steps[i - 1] ?? 0);
  return Float64Array.from({ length: K * (Math.min(to, steps.length) - from) }, (_, at) =>
    since(from + Math.floor(at / K)),
  );
}

/** The losses of runs, K tasks, at one evaluation after the other. */
class Columns {
  readonly #K: number;
  /** The steps of each run's evaluations. */
  readonly #steps: readonly (readonly number[])[];
  /** The number of each run's next evaluation. */
  readonly #next: number[];
  /** [K + 1][runs] */
  readonly #losses: EachLoss<readonly Float64Array[]>;
  /** Of each run and task: the batch losses so far, added up, [runs, K]. */
  readonly #sums: Float64Array;
  /** How many they are, [runs, K]. */
  readonly #counts: Float64Array;
  /** Running means of one run, [K]. */
  readonly #means: Float64Array;

  constructor(cell: readonly RunRecord[], K: number) {
    this.#K = K;
    this.#steps = cell.map(({ curve }) => curve.steps);
    this.#next = cell.map(() => 0);
    this.#losses = eachLoss(() => Array.from({ length: K + 1 }, () => new Float64Array(cell.length)));
    this.#sums = new Float64Array(cell.length * K);
    this.#counts = new Float64Array(cell.length * K);
    this.#means = new Float64Array(K);
  }

  /** The losses at `step` of the runs that are evaluated there, after all evaluations before. */
  upTo(
    { from, evaluations, train, heldout, batches }: Block,
    step: number,
    carry: boolean,
  ): Pick<Evaluation, "losses" | "reached"> {
    let [taken, reached] = [0, 0];
    for (const [run, steps] of this.#steps.entries()) {
      const start = this.#K * (run * evaluations - from);
      for (let i = this.#next[run]; (steps[i] ?? Number.POSITIVE_INFINITY) <= step; i = ++this.#next[run])
        this.#run(run, steps[i] - (steps[i - 1] ?? 0), { train, batches }, start + this.#K * i);
      const last = this.#next[run] - 1;
      const isThere = steps[last] === step;
      if (isThere) reached++;
      if (isThere || (carry && last >= 0 && last === steps.length - 1))
        this.#take(taken++, run, { train, heldout }, start + this.#K * last);
    }
    return { reached, losses: eachLoss((set) => this.#losses[set].map((column) => column.subarray(0, taken))) };
  }

  /** Puts a run's losses at `place`, and its running means so far, into a row of the columns. */
  #take(row: number, run: number, { train, heldout }: Pick<Block, "train" | "heldout">, place: number): void {
    this.#put(this.#losses.train, row, train, place);
    this.#put(this.#losses.heldout, row, heldout, place);
    for (let k = 0; k < this.#K; k++) {
      const count = this.#counts[this.#K * run + k];
      const sum = this.#sums[this.#K * run + k];
      this.#means[k] = count === 0 ? train[place + k] : sum / count;
    }
    this.#put(this.#losses.running, row, this.#means, 0);
  }

  /** Puts the losses [K] that begin at `place`, and their mean, into the columns. */
  #put(columns: readonly Float64Array[], row: number, losses: Float64Array, place: number): void {
    let sum = 0;
    for (let k = 0; k < this.#K; k++) {
      const loss = losses[place + k];
      columns[k + 1][row] = loss;
      sum += loss;
    }
    columns[0][row] = sum / this.#K;
  }

  /** Moves the running means of a run on by an evaluation, `since` steps later: a mean of `train` counts as often as it has batches. */
  #run(run: number, since: number, { train, batches }: Pick<Block, "train" | "batches">, place: number): void {
    for (let k = 0; k < this.#K; k++) {
      const at = this.#K * run + k;
      const loss = train[place + k];
      const more = batches ? batches[place + k] : since;
      this.#sums[at] += loss * more;
      this.#counts[at] += more;
    }
  }
}
