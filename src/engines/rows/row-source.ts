import { RowOrder } from "../../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../../data/streams.ts";
import { TableSet } from "../../data/table-set.ts";
import type { Rows } from "../../data/task-set.ts";
import type { AnyRun } from "../engine.ts";
import { RowMaker } from "./row-maker.ts";

/** Makes the rows that a run is trained and evaluated on, and says which rows each step trains on. */
export class RowSource {
  readonly #rows: RowMaker | TableSet;
  readonly #order: RowOrder | undefined;

  constructor(run: AnyRun) {
    const { trainRows, sampling } = run.training;
    const identity = dataIdentity(run);
    this.#rows = run.correlation === null ? new TableSet(run.data, identity, run.training) : new RowMaker(run);
    if (trainRows !== "fresh") this.#order = new RowOrder(dataKey(identity, "order"), trainRows, sampling);
  }

  /** A set from its first row on, into x [N, D] and y [N, K]. */
  setInto(rows: Rows, set: RowSet): void {
    if (this.#rows instanceof RowMaker) {
      this.#rows.fill(rows, set, 0);
      return;
    }
    const { x, y } = this.#rows.rows(set);
    rows.x.set(x);
    rows.y.set(y);
  }

  /** The fresh rows of `step`, into x [B, D] and y [B, K]. */
  freshInto(rows: Rows, step: number): void {
    if (!(this.#rows instanceof RowMaker)) throw new RangeError("freshInto: expected a generator, got a table");
    this.#rows.fill(rows, "train", step);
  }

  /** The numbers of the fixed rows of `step`, into `out` [B]. */
  numbersInto(out: Uint32Array, step: number): void {
    if (!this.#order) throw new RangeError("numbersInto: expected a fixed training set, got fresh rows");
    this.#order.batchInto(out, step);
  }
}
