import type { RowSet } from "../data/streams.ts";
import type { Predictions, Tensors } from "./engine.ts";

/** The N runs of a group in training, wherever their parameters are. */
export interface Trainer {
  /** Label correlations of each of the group's sources, one for each pair of tasks. */
  readonly labelCorrelations: readonly (readonly number[])[];
  /**
   * Trains step `from` and those after it up to `to`, or fewer if they take long. Returns the losses of their batches,
   * each before its update: [steps done, N, K].
   */
  train(from: number, to: number): Promise<Float32Array>;
  /** Sums of the losses of each run on its own rows `from` to `to` of a set, or fewer if they take long. */
  lossSums(set: RowSet, from: number, to: number): Promise<LossSums>;
  /** What each run predicts of its held-out rows from one on, [N]. */
  heldout(from?: number): Predictions[] | Promise<Predictions[]>;
  /** Trains no further than it has. Gives the losses of steps that it took ahead of the last `train`, as that does. */
  settle?(): Promise<Float32Array>;
  /** All that the one run goes on from, after `settle`; undefined if its model can't say. */
  save?(): Promise<Float32Array | undefined>;
  /** Parameters of each run in canonical order; none of models in code. */
  parameters(): Float32Array[];
  /** The weights of each run of a model in code, which gives them or not. */
  tensors?(): Promise<Tensors[]>;
  dispose(): void;
}

export interface LossSums {
  /** [N, K]. */
  readonly sums: Float32Array | Float64Array;
  /** The row after the last one. */
  readonly to: number;
}
