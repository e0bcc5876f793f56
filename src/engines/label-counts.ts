// How much of a run's data has each task's label: all of it, unless a table has gaps.
import { RowOrder } from "../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../data/streams.ts";
import { tableSetOf } from "../data/table-set.ts";
import type { AnyRun, FromTable } from "./engine.ts";
import { labelledIn, tasksIn } from "./task-losses.ts";
import { testRows } from "./training-settings.ts";

/** What the losses of a run's tasks are means over. */
export interface LabelCounts {
  /** Rows of a set that have each task's label, of held-out ones the test rows, [K]. */
  rows(set: RowSet): readonly number[];
  /** Whether some tasks' labels are not in every row: batches may lack them, too. */
  readonly gaps: boolean;
  /** Batches of the steps `from` to `to` in which some row has each task's label, [K]. */
  batches(from: number, to: number): readonly number[];
  /** Why the run can't be evaluated: a task has no label there. */
  readonly failure?: string;
}

export function labelCounts(run: AnyRun): LabelCounts {
  return tasksIn(run).some(({ gaps }) => gaps) ? new GappedLabels(run as AnyRun & FromTable) : wholeLabels(run);
}

function wholeLabels({ model, training }: AnyRun): LabelCounts {
  const all = (count: number) => new Array<number>(model.tasks).fill(count);
  return {
    gaps: false,
    rows: (set) => all(set === "heldout" ? testRows(training) : Number(training.trainRows)),
    batches: (from, to) => all(to - from + 1),
  };
}

/** Of a table that lacks some labels: batches are counted by drawing their order again. */
class GappedLabels implements LabelCounts {
  readonly gaps = true;
  readonly failure?: string;
  /** The labels of the training rows, [N, K]. */
  readonly #labels: Float32Array;
  readonly #rows: Readonly<Record<RowSet, readonly number[]>>;
  readonly #tasks: number;
  readonly #order: RowOrder;
  readonly #batch: number;

  constructor(run: AnyRun & FromTable) {
    const { data, model, training } = run;
    const identity = dataIdentity(run);
    const set = tableSetOf(run);
    this.#labels = set.labels("train");
    this.#tasks = model.tasks;
    const tested = labelledIn(set.labels("heldout").subarray(0, testRows(training) * model.tasks), model.tasks);
    // a try's steps are chosen by the tasks whose labels the validation rows have: the loss of others is 0 throughout
    const heldout = data.validates ? tested.map((count) => Math.max(1, count)) : tested;
    this.#rows = { train: labelledIn(this.#labels, model.tasks), heldout };
    this.#order = new RowOrder(dataKey(identity, "order"), Number(training.trainRows), training.sampling);
    this.#batch = training.batch;
    const empty = (["train", "heldout"] as const).find((name) => this.#rows[name].includes(0));
    if (empty === undefined) return;
    const name = empty === "train" ? "training" : "held-out";
    this.failure = `none of its ${name} rows has a label of task ${this.#rows[empty].indexOf(0) + 1}`;
  }

  rows(set: RowSet): readonly number[] {
    return this.#rows[set];
  }

  batches(from: number, to: number): readonly number[] {
    const counts = new Array<number>(this.#tasks).fill(0);
    const numbers = new Uint32Array(this.#batch);
    for (let step = from; step <= to; step++) {
      this.#order.batchInto(numbers, step);
      for (const k of counts.keys())
        if (numbers.some((row) => !Number.isNaN(this.#labels[row * this.#tasks + k]))) counts[k]++;
    }
    return counts;
  }
}
