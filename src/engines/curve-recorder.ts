import { lossFailure, type RunState } from "./engine.ts";
import type { LabelCounts } from "./label-counts.ts";

/** State of one run while it trains: its curve, and why it failed, if it did. */
export class CurveRecorder {
  readonly steps: number[] = [];
  readonly train: number[][] = [];
  readonly heldout: number[][] = [];
  failure: string | undefined;
  readonly #counts: LabelCounts;
  #sums: number[];

  /** Resumes from `state`, or begins. */
  constructor(tasks: number, counts: LabelCounts, state?: RunState) {
    this.#counts = counts;
    this.#sums = [...(state?.sums ?? new Array<number>(tasks).fill(0))];
    if (state === undefined) return;
    const { curve, failure } = state;
    this.failure = failure;
    this.steps.push(...curve.steps);
    this.train.push(...curve.train.map((losses) => [...losses]));
    this.heldout.push(...curve.heldout.map((losses) => [...losses]));
  }

  /** Batch losses since the latest evaluation, added up, [K]. */
  get sums(): readonly number[] {
    return [...this.#sums];
  }

  /** Losses [K] of the batch of `step`, before its update. Those of a failed run are ignored. */
  addBatch(losses: Float32Array, step: number): void {
    this.failure ??= lossFailure(losses, step);
    if (this.failure) return;
    this.#sums = this.#sums.map((sum, k) => sum + (losses[k] as number));
  }

  /** Held-out losses [K] after `step`; the curve's training loss is the mean of the batches since the one before. */
  addEvaluation(heldout: number[], step: number): void {
    this.failure ??= this.#counts.failure ?? lossFailure(heldout, step);
    if (this.failure) return;
    const batches = this.#counts.batches((this.steps.at(-1) ?? 0) + 1, step);
    this.steps.push(step);
    this.train.push(this.#sums.map((sum, k) => sum / (batches[k] as number)));
    this.heldout.push(heldout);
    this.#sums.fill(0);
  }
}
