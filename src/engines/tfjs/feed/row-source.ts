import { RowOrder } from "../../../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../../../data/streams.ts";
import type { Rows } from "../../../data/task-set.ts";
import type { AnyRun } from "../../engine.ts";
import { RowMaker } from "../../rows/row-maker.ts";

/** Makes the rows that a run is trained and evaluated on, and says which rows each step trains on. */
export class RowSource {
  readonly #maker: RowMaker;
  readonly #order: RowOrder | undefined;

  constructor(run: AnyRun) {
    const { trainRows, sampling } = run.training;
    this.#maker = new RowMaker(run);
    if (trainRows !== "fresh") this.#order = new RowOrder(dataKey(dataIdentity(run), "order"), trainRows, sampling);
  }

  /** A set from its first row on, into x [N, D] and y [N, K]. */
  setInto(rows: Rows, set: RowSet): void {
    this.#maker.fill(rows, set, 0);
  }

  /** The fresh rows of `step`, into x [B, D] and y [B, K]. */
  freshInto(rows: Rows, step: number): void {
    this.#maker.fill(rows, "train", step);
  }

  /** The numbers of the fixed rows of `step`, into `out` [B]. */
  numbersInto(out: Uint32Array, step: number): void {
    if (!this.#order) throw new RangeError("numbersInto: expected a fixed training set, got fresh rows");
    this.#order.batchInto(out, step);
  }
}
