// How much of a run's data has each task's label, by the rows' weights: all of it, unless there are gaps.
import { RowOrder } from "../data/order.ts";
import { dataIdentity, dataKey, heldoutSpans, type RowSet } from "../data/streams.ts";
import { tableSetOf } from "../data/table-set.ts";
import { TaskSet } from "../data/task-set.ts";
import type { AnyRun, Generated } from "./engine.ts";
import { isWeighted, labelledIn, tasksIn } from "./task-losses.ts";
import { testRows } from "./training-settings.ts";

/** What the losses of a run's tasks are means over. */
export interface LabelCounts {
  /** Rows of a set that have each task's label, or their weights, of held-out ones the test rows, from one on, [K]. */
  rows(set: RowSet, from?: number): readonly number[];
  /** Whether some tasks' labels are not in every row: batches may lack them, too. */
  readonly gaps: boolean;
  /** Batches of the steps `from` to `to` in which some row has each task's label, [K]. */
  batches(from: number, to: number): readonly number[];
  /** Why the run can't be evaluated: a task has no label there. */
  readonly failure?: string;
}

export function labelCounts(run: AnyRun): LabelCounts {
  return isWeighted(run) || tasksIn(run).some(({ gaps }) => gaps) ? new CountedLabels(run) : wholeLabels(run);
}

function wholeLabels({ model, training }: AnyRun): LabelCounts {
  const all = (count: number) => new Array<number>(model.tasks).fill(count);
  return {
    gaps: false,
    rows: (set, from = 0) => all((set === "heldout" ? testRows(training) : Number(training.trainRows)) - from),
    batches: (from, to) => all(to - from + 1),
  };
}

/** Where some labels are missing, or rows have weights: batches are counted by drawing their order, or their gaps, again. */
class CountedLabels implements LabelCounts {
  readonly gaps: boolean;
  readonly failure?: string;
  /** The labels of the fixed training rows, or of the fresh rows of a step; NaN for one that is missing: [N, K]. */
  readonly #labelsOf: (step: number) => Float32Array;
  readonly #rows: Readonly<Record<RowSet, readonly number[]>>;
  readonly #testedFrom: (from: number) => readonly number[];
  /** Of the test rows that evaluations before the last are of. */
  #sampled: readonly number[] | undefined;
  readonly #tasks: number;
  /** Undefined for fresh rows. */
  readonly #order: RowOrder | undefined;
  readonly #batch: number;

  constructor(run: AnyRun) {
    const { model, training } = run;
    const { trainRows, batch } = training;
    this.gaps = tasksIn(run).some(({ gaps }) => gaps);
    const labels = run.correlation === null ? tableSetOf(run) : generatedLabels(run);
    const fixed = trainRows === "fresh" ? undefined : labels.labels("train");
    this.#labelsOf = (step) => fixed ?? (labels as GeneratedLabels).fresh(step);
    this.#tasks = model.tasks;
    const K = model.tasks;
    const testedFrom = (from: number) =>
      labelledIn(
        labels.labels("heldout").subarray(from * K, testRows(training) * K),
        K,
        labels.weights?.("heldout")?.subarray(from * K),
      );
    const tested = testedFrom(0);
    this.#testedFrom = testedFrom;
    // a try's steps are chosen by the tasks whose labels the validation rows have: the loss of others is 0 throughout
    const heldout = training.validates ? tested.map((count) => count || 1) : tested;
    this.#rows = { train: fixed ? labelledIn(fixed, model.tasks, labels.weights?.("train")) : [], heldout };
    if (trainRows !== "fresh")
      this.#order = new RowOrder(dataKey(dataIdentity(run), "order"), trainRows, training.sampling);
    this.#batch = batch;
    const empty = (["train", "heldout"] as const).find((name) => this.#rows[name].includes(0));
    if (empty === undefined) return;
    const name = empty === "train" ? "training" : "held-out";
    const weighs = isWeighted(run) ? " and a weight above 0" : "";
    this.failure = `none of its ${name} rows has a label of task ${this.#rows[empty].indexOf(0) + 1}${weighs}`;
  }

  rows(set: RowSet, from = 0): readonly number[] {
    if (from === 0) return this.#rows[set];
    this.#sampled ??= this.#testedFrom(from).map((count) => count || 1);
    return this.#sampled;
  }

  batches(from: number, to: number): readonly number[] {
    const counts = new Array<number>(this.#tasks).fill(0);
    if (!this.gaps) return counts.fill(to - from + 1);
    const numbers = Uint32Array.from({ length: this.#batch }, (_, row) => row);
    for (let step = from; step <= to; step++) {
      const labels = this.#labelsOf(step);
      this.#order?.batchInto(numbers, step);
      for (const k of counts.keys())
        if (numbers.some((row) => !Number.isNaN(labels[row * this.#tasks + k]))) counts[k]++;
    }
    return counts;
  }
}

interface GeneratedLabels {
  /** Which labels of a set are missing, as NaN: [N, K]. */
  labels(set: RowSet): Float32Array;
  /** Only of a table. */
  readonly weights?: undefined;
  fresh(step: number): Float32Array;
}

function generatedLabels(run: AnyRun & Generated): GeneratedLabels {
  const { training } = run;
  const tasks = new TaskSet(run.data, run.correlationMatrix, dataIdentity(run));
  const spansOf = (set: RowSet) =>
    set === "heldout" ? heldoutSpans(training) : [{ set, first: 0, count: Number(training.trainRows) }];
  const K = run.model.tasks;
  return {
    labels: (set) => {
      const spans = spansOf(set);
      const all = new Float32Array(K * spans.reduce((sum, { count }) => sum + count, 0));
      let at = 0;
      for (const span of spans) {
        all.set(tasks.gaps(span.set, span.count, 0, span.first), at);
        at += K * span.count;
      }
      return all;
    },
    fresh: (step) => tasks.gaps("train", training.batch, step),
  };
}
