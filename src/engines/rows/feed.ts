import type { Rows } from "../../data/task-set.ts";
import type { AnyRun } from "../engine.ts";
import { RowSource } from "./row-source.ts";

/** The rows that one run is trained and evaluated on. */
export interface Feed {
  /** `train` only if the training set is fixed. */
  readonly sets: { readonly heldout: Rows; readonly train?: Rows };
  /** The rows of `step`, into x [B, D] and y [B, K]. */
  readonly batchInto: (x: Float32Array, y: Float32Array, step: number) => void;
}

export function feedOf(run: AnyRun): Feed {
  const { inputs: D, tasks: K } = run.model;
  const { trainRows, batch, heldoutRows } = run.training;
  const source = new RowSource(run);
  const emptyRows = (N: number): Rows => ({ x: new Float32Array(N * D), y: new Float32Array(N * K) });
  const heldout = emptyRows(heldoutRows);
  source.setInto(heldout, "heldout");
  if (trainRows === "fresh") return { sets: { heldout }, batchInto: (x, y, step) => source.freshInto({ x, y }, step) };

  const train = emptyRows(trainRows);
  source.setInto(train, "train");
  const numbers = new Uint32Array(batch);
  const batchInto: Feed["batchInto"] = (x, y, step) => {
    source.numbersInto(numbers, step);
    copyRows(x, train.x, numbers, D);
    copyRows(y, train.y, numbers, K);
  };
  return { sets: { heldout, train }, batchInto };
}

function copyRows(out: Float32Array, from: Float32Array, numbers: Uint32Array, width: number): void {
  for (const [b, row] of numbers.entries()) out.set(from.subarray(row * width, (row + 1) * width), b * width);
}
