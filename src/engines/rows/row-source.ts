import { RowOrder } from "../../data/order.ts";
import { dataIdentity, dataKey, type RowSet } from "../../data/streams.ts";
import { type TableSet, tableSetOf } from "../../data/table-set.ts";
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
    this.#rows = run.correlation === null ? tableSetOf(run) : new RowMaker(run);
    if (trainRows !== "fresh") this.#order = new RowOrder(dataKey(identity, "order"), trainRows, sampling);
  }

  /** A set from its first row on, into x [N, D] and y [N, K]. */
  setInto(rows: Rows, set: RowSet): void {
    if (this.#rows instanceof RowMaker) {
      this.#rows.fillSet(rows, set);
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

/** A set's rows. */
export interface FeedRows extends Rows {
  /** The inputs of rows `from` to `to`. */
  readonly inputs: (from: number, to: number) => Float32Array;
  /** What the rows' losses count, [N, K]; absent if all count alike. */
  readonly weights?: Float32Array | undefined;
}

/** The rows that one run is trained and evaluated on. */
export interface Feed {
  /** `train` only if the training set is fixed. */
  readonly sets: { readonly heldout: FeedRows; readonly train?: FeedRows };
  /** The rows of `step`, into x [B, D], y [B, K] and, if they have some, their weights [B, K]. */
  readonly batchInto: (x: Float32Array, y: Float32Array, step: number, weights?: Float32Array) => void;
}

export function feedOf(run: AnyRun): Feed {
  return run.correlation === null ? tableFeed(run, tableSetOf(run)) : madeFeed(run);
}

/** Inputs are made of a table's cells where they are needed: all of them would be a second, often larger, table. */
function tableFeed(run: AnyRun, table: TableSet): Feed {
  const D = run.model.inputs;
  const setOf = (set: RowSet): FeedRows => {
    const places = table.places(set);
    const inputs: FeedRows["inputs"] = (from, to) => {
      const x = new Float32Array((to - from) * D);
      table.inputsInto(x, places.subarray(from, to));
      return x;
    };
    let all: Float32Array | undefined;
    return {
      y: table.labels(set),
      weights: table.weights(set),
      inputs,
      get x() {
        all ??= inputs(0, places.length);
        return all;
      },
    };
  };
  const [train, places, source] = [setOf("train"), table.places("train"), new RowSource(run)];
  const numbers = new Uint32Array(run.training.batch);
  const batchInto: Feed["batchInto"] = (x, y, step, weights) => {
    source.numbersInto(numbers, step);
    const rows = numbers.map((row) => places[row]);
    table.inputsInto(x, rows);
    copyRows(y, train.y, numbers, run.model.tasks);
    if (weights && train.weights) copyRows(weights, train.weights, numbers, run.model.tasks);
  };
  return { sets: { heldout: setOf("heldout"), train }, batchInto };
}

function madeFeed(run: AnyRun): Feed {
  const { inputs: D, tasks: K } = run.model;
  const { trainRows, batch, heldoutRows } = run.training;
  const source = new RowSource(run);
  const madeRows = (N: number, set: RowSet): FeedRows => {
    const rows = { x: new Float32Array(N * D), y: new Float32Array(N * K) };
    source.setInto(rows, set);
    return { ...rows, inputs: (from, to) => rows.x.subarray(from * D, to * D) };
  };
  const heldout = madeRows(heldoutRows, "heldout");
  if (trainRows === "fresh") return { sets: { heldout }, batchInto: (x, y, step) => source.freshInto({ x, y }, step) };

  const train = madeRows(trainRows, "train");
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
