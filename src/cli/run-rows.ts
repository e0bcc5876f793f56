import type { RowSet } from "../data/streams.ts";
import type { Rows } from "../data/task-set.ts";
import type { AnyRun } from "../engines/engine.ts";
import { RowMaker } from "../engines/rows/row-maker.ts";
import { RowSource } from "../engines/rows/row-source.ts";

/** Rows that are made at a time: memory does not grow with the file. */
const CHUNK = 4096;

/** Rows of a run, made while they are read. */
export interface RunRows {
  /** [N], or for batches [S, B]. */
  readonly shape: readonly number[];
  /** D. */
  readonly inputs: number;
  /** K. */
  readonly tasks: number;
  readonly chunks: Iterable<Rows>;
}

/** The first N = `count` rows of a set, at `step` (0 for a fixed set, the step itself for fresh rows). */
export function setRows(run: AnyRun, tasks: number, set: RowSet, count: number, step: number): RunRows {
  const sizes = { inputs: run.data.inputs, tasks };
  function* chunks(): Generator<Rows> {
    if (run.correlation === null) {
      const all = wholeSet(run, set, sizes);
      yield { x: all.x.subarray(0, count * sizes.inputs), y: all.y.subarray(0, count * tasks) };
      return;
    }
    const maker = new RowMaker(run);
    for (let first = 0; first < count; first += CHUNK) {
      const rows = emptyRows(Math.min(CHUNK, count - first), sizes);
      maker.fill(rows, set, step, first);
      yield rows;
    }
  }
  return { shape: [count], ...sizes, chunks: chunks() };
}

/** The batches that the run trains on from step `first` to `last`, in their order. */
export function batchRows(run: AnyRun, tasks: number, [first, last]: readonly [number, number]): RunRows {
  const sizes = { inputs: run.data.inputs, tasks };
  const { batch, trainRows } = run.training;
  function* chunks(): Generator<Rows> {
    const source = new RowSource(run);
    const set = trainRows === "fresh" ? undefined : wholeSet(run, "train", sizes);
    const numbers = new Uint32Array(batch);
    for (let step = first; step <= last; step++) {
      const rows = emptyRows(batch, sizes);
      if (set === undefined) source.freshInto(rows, step);
      else {
        source.numbersInto(numbers, step);
        gather(set, numbers, rows, sizes);
      }
      yield rows;
    }
  }
  return { shape: [last - first + 1, batch], ...sizes, chunks: chunks() };
}

type Sizes = Pick<RunRows, "inputs" | "tasks">;

function emptyRows(count: number, { inputs, tasks }: Sizes): Rows {
  return { x: new Float32Array(count * inputs), y: new Float32Array(count * tasks) };
}

/** A run's held-out rows, or its fixed training set. */
function wholeSet(run: AnyRun, set: RowSet, sizes: Sizes): Rows {
  const { trainRows, heldoutRows } = run.training;
  const rows = emptyRows(set === "train" ? Number(trainRows) : heldoutRows, sizes);
  new RowSource(run).setInto(rows, set);
  return rows;
}

function gather(set: Rows, numbers: Uint32Array, into: Rows, { inputs: D, tasks: K }: Sizes): void {
  for (const [b, n] of numbers.entries()) {
    into.x.set(set.x.subarray(n * D, (n + 1) * D), b * D);
    into.y.set(set.y.subarray(n * K, (n + 1) * K), b * K);
  }
}
