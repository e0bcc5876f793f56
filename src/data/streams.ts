import { type Key, keyOf } from "../random/key.ts";

/** Names a run's data streams. Contains neither model nor correlation, so these are compared on the same draws. */
export interface DataIdentity {
  /** The sweep's seed. */
  readonly seed: number;
  /** The run's index, from 0. */
  readonly run: number;
}

export interface RunNames {
  /** The sweep's seed. */
  readonly seed: number;
  /** The run's index, from 0. */
  readonly index: number;
}

/** Names the streams of a run's rows and their order. */
export function dataIdentity({ seed, index }: RunNames): DataIdentity {
  return { seed, run: index };
}

/** Rows of a fixed set have step 0; fresh rows carry the step that trains on them, from 1. */
export type RowSet = "train" | "heldout";

type DataPurpose = "task-vectors" | `${RowSet}/x` | `${RowSet}/noise` | "order" | "split";

/** The stream of one purpose of a run's data. */
export function dataKey({ seed, run }: DataIdentity, purpose: DataPurpose): Key {
  return keyOf(`mmoe/seed=${seed}/run=${run}/${purpose}`);
}

/** How many rows of each part a run uses. */
export interface RowCounts {
  /** A table has no fresh rows. */
  readonly trainRows: number | "fresh";
  readonly heldoutRows: number;
  /** How many of the held-out rows, the last, are for validation. */
  readonly validationRows?: number;
  /** Whether the held-out rows are the validation rows alone. */
  readonly validates?: true;
}

/** Held-out rows that follow each other in a stream. */
export interface RowSpan {
  readonly set: RowSet;
  /** The number of the first among the held-out rows. */
  readonly from: number;
  /** The number of the first in its stream. */
  readonly first: number;
  readonly count: number;
}

/**
 * Where the held-out rows of generated data are drawn: the test rows in their own stream, then the validation rows, which follow the
 * training rows.
 */
export function heldoutSpans({ trainRows, heldoutRows, validationRows = 0, validates }: RowCounts): RowSpan[] {
  const validated = validates ? heldoutRows : validationRows;
  const tested = heldoutRows - validated;
  const spans: RowSpan[] = [
    { set: "heldout", from: 0, first: 0, count: tested },
    { set: "train", from: tested, first: Number(trainRows), count: validated },
  ];
  return spans.filter(({ count }) => count > 0);
}
