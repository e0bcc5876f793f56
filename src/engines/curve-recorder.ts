import { lossFailure, type RunState } from "./engine.ts";

/** State of one run while it trains: its curve, and why it failed, if it did. */
export class CurveRecorder {
  readonly steps: number[] = [];
  readonly train: number[][] = [];
  readonly heldout: number[][] = [];
  failure: string | undefined;
  #sums: number[];
  #batches = 0;

  /** Goes on from `state`, or begins. */
  constructor(tasks: number, state?: RunState) {
    this.#sums = [...(state?.sums ?? new Array<number>(tasks).fill(0))];
    if (state === undefined) return;
    const { step, curve, failure } = state;
    this.failure = failure;
    this.steps.push(...curve.steps);
    this.train.push(...curve.train.map((losses) => [...losses]));
    this.heldout.push(...curve.heldout.map((losses) => [...losses]));
    this.#batches = step - (curve.steps.at(-1) ?? 0);
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
    this.#batches++;
  }

  /** Held-out losses [K] after `step`; the curve's training loss is the mean of the batches since the one before. */
  addEvaluation(heldout: number[], step: number): void {
    this.failure ??= lossFailure(heldout, step);
    if (this.failure) return;
    this.steps.push(step);
    this.train.push(this.#sums.map((sum) => sum / this.#batches));
    this.heldout.push(heldout);
    this.#sums.fill(0);
    this.#batches = 0;
  }
}
