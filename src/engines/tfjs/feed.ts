import { RowOrder } from "../../data/order.ts";
import { TASKS } from "../../data/settings.ts";
import { dataKey } from "../../data/streams.ts";
import type { Rows } from "../../data/task-pair.ts";
import { Correlation } from "../../stats/moments.ts";
import { RowMaker } from "../cpu/row-maker.ts";
import type { Run } from "../engine.ts";

/** The rows that one run trains on and is judged by. */
export interface Feed {
  /** `train` only where the training set is fixed. */
  readonly sets: { readonly heldout: Rows; readonly train?: Rows };
  /** Which rows of a fixed set each step trains on. */
  readonly order?: RowOrder;
  /** The rows of `step`, into x [B, D] and y [B, K]. */
  readonly batchInto: (x: Float32Array, y: Float32Array, step: number) => void;
}

export function feedOf(run: Run): Feed {
  const { data, seed, index, training } = run;
  const { trainRows, batch, sampling, heldoutRows } = training;
  const maker = new RowMaker(run);
  const heldout = maker.rows("heldout", heldoutRows);
  if (trainRows === "fresh")
    return { sets: { heldout }, batchInto: (x, y, step) => maker.fill({ x, y }, "train", step) };

  const train = maker.rows("train", trainRows);
  const order = new RowOrder(dataKey({ seed, run: index }, "order"), trainRows, sampling);
  const numbers = new Uint32Array(batch);
  const batchInto: Feed["batchInto"] = (x, y, step) => {
    order.batchInto(numbers, step);
    copyRows(x, train.x, numbers, data.inputs);
    copyRows(y, train.y, numbers, TASKS);
  };
  return { sets: { heldout, train }, order, batchInto };
}

function copyRows(out: Float32Array, from: Float32Array, numbers: Uint32Array, width: number): void {
  for (const [b, row] of numbers.entries()) out.set(from.subarray(row * width, (row + 1) * width), b * width);
}

/** Pearson correlation of the labels over the training set, or over the held-out rows where rows are fresh. */
export function measuredLabelCorrelation({ sets: { train, heldout } }: Feed): number {
  const { y } = train ?? heldout;
  const pairs = new Correlation();
  for (let i = 0; i < y.length; i += TASKS) pairs.add(y[i] as number, y[i + 1] as number);
  return pairs.value;
}
