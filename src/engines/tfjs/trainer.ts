import type { RowSet } from "../../data/streams.ts";

/** R runs of one model and one setting in training, a replica each, wherever their parameters lie. */
export interface Trainer {
  /**
   * Trains step `from` and those after it up to `to`, or fewer if they take long. Losses of their batches, each before
   * its update: [steps done, R, K].
   */
  train(from: number, to: number): Promise<Float32Array>;
  /** Sums of the squared errors of each replica on its own rows `from` to `to` of a set, or fewer if they take long. */
  squaredErrors(set: RowSet, from: number, to: number): Promise<SquaredErrors>;
  /** Parameters of each replica in canonical order. */
  parameters(): Float32Array[];
  dispose(): void;
}

export interface SquaredErrors {
  /** [R, K]. */
  readonly sums: Float32Array | Float64Array;
  /** The row after the last one. */
  readonly to: number;
}
