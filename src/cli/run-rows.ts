import type { RowSet } from "../data/streams.ts";
import type { Rows } from "../data/task-set.ts";
import type { AnyRun } from "../engines/engine.ts";
import { feedOf } from "../engines/rows/feed.ts";
import { RowMaker } from "../engines/rows/row-maker.ts";

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

/** N = `count` rows of a set from row `from` on, at `step` (0 for a fixed set, the step itself for fresh rows). */
export function setRows(run: AnyRun, set: RowSet, count: number, step: number, from = 0): RunRows {
  const { inputs, tasks } = run.model;
  function* chunks(): Generator<Rows> {
    if (run.correlation === null) {
      const { x, y } = feedOf(run).sets[set] as Rows;
      const to = from + count;
      yield { x: x.subarray(from * inputs, to * inputs), y: y.subarray(from * tasks, to * tasks) };
      return;
    }
    const maker = new RowMaker(run);
    for (let first = from; first < from + count; first += CHUNK) {
      const rows = emptyRows(run, Math.min(CHUNK, from + count - first));
      maker.fill(rows, set, step, first);
      yield rows;
    }
  }
  return { shape: [count], inputs, tasks, chunks: chunks() };
}

/** The batches that the run trains on from step `first` to `last`, in their order. */
export function batchRows(run: AnyRun, [first, last]: readonly [number, number]): RunRows {
  const { inputs, tasks } = run.model;
  const { batch } = run.training;
  function* chunks(): Generator<Rows> {
    const { batchInto } = feedOf(run);
    for (let step = first; step <= last; step++) {
      const rows = emptyRows(run, batch);
      batchInto(rows.x, rows.y, step);
      yield rows;
    }
  }
  return { shape: [last - first + 1, batch], inputs, tasks, chunks: chunks() };
}

function emptyRows({ model: { inputs, tasks } }: AnyRun, count: number): Rows {
  return { x: new Float32Array(count * inputs), y: new Float32Array(count * tasks) };
}
