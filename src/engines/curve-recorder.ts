import { type AnyRun, type Curve, latestLoss, lossFailure, type RunState } from "./engine.ts";
import type { LabelCounts } from "./label-counts.ts";

/** The training losses of one run at its evaluations, `train` and `batches` of its curve. */
export class TrainingCurve {
  readonly train: number[][];
  readonly batches: number[][] | undefined;
  readonly #counts: LabelCounts;

  /** Resumes `curve`, or begins. */
  constructor(counts: LabelCounts, curve?: Curve) {
    this.#counts = counts;
    this.train = (curve?.train ?? []).map((losses) => [...losses]);
    this.batches = counts.gaps ? (curve?.batches ?? []).map((numbers) => [...numbers]) : undefined;
  }

  /** Batch losses added up over the steps `from` to `to`, [K]. */
  add(sums: readonly number[], from: number, to: number): void {
    const counts = this.#counts.batches(from, to);
    const before = this.train.at(-1);
    const means = sums.map((sum, k) => (counts[k] === 0 ? (before?.[k] ?? 0) : sum / counts[k]));
    for (const [k, mean] of means.entries())
      if (counts[k] !== 0 && !this.#has(k)) for (const losses of this.train) losses[k] = mean;
    this.train.push(means);
    this.batches?.push([...counts]);
  }

  /** The latest losses, mean over the tasks of which some batch had a label; NaN before the first. */
  get latest(): number {
    return latestLoss(this.train.slice(-1).map((losses) => losses.filter((_, k) => this.#has(k))));
  }

  /** Why a run that ends here has failed: no batch had a label of a task. */
  get failure(): string | undefined {
    const lacking = this.train.at(-1)?.findIndex((_, k) => !this.#has(k)) ?? -1;
    return lacking < 0 ? undefined : `none of its batches has a label of task ${lacking + 1}`;
  }

  #has(k: number): boolean {
    return this.batches === undefined || this.batches.some((counts) => counts[k] > 0);
  }
}

/** State of one run while it trains: its curve, and why it failed, if it did. */
export class CurveRecorder {
  failure: string | undefined;
  readonly #steps: number[];
  readonly #heldout: number[][];
  readonly #validation: number[][] | undefined;
  readonly #training: TrainingCurve;
  readonly #counts: LabelCounts;
  readonly #sums: number[];

  /** Resumes from `state`, or begins. */
  constructor({ model: { tasks }, training }: AnyRun, counts: LabelCounts, state?: RunState) {
    this.#counts = counts;
    this.#validation = training.validationRows
      ? (state?.curve.validation ?? []).map((losses) => [...losses])
      : undefined;
    this.failure = state?.failure;
    this.#sums = [...(state?.sums ?? new Array<number>(tasks).fill(0))];
    this.#steps = [...(state?.curve.steps ?? [])];
    this.#heldout = (state?.curve.heldout ?? []).map((losses) => [...losses]);
    this.#training = new TrainingCurve(counts, state?.curve);
  }

  /** Batch losses since the latest evaluation, added up, [K]. */
  get sums(): readonly number[] {
    return [...this.#sums];
  }

  /** A copy of the lists. */
  get curve(): Curve {
    return copiedCurve(this.#steps, { heldout: this.#heldout, validation: this.#validation }, this.#training);
  }

  /** The latest training loss, mean over tasks; NaN before the first. */
  get latest(): number {
    return this.#training.latest;
  }

  /** Why the run has failed, if it ends here. */
  get failureAtEnd(): string | undefined {
    return this.failure ?? this.#training.failure;
  }

  /** Losses [K] of the batch of `step`, before its update. Those of a failed run are ignored. */
  addBatch(losses: Float32Array, step: number): void {
    this.failure ??= lossFailure(losses, step);
    if (this.failure) return;
    for (const k of this.#sums.keys()) this.#sums[k] += losses[k];
  }

  /**
   * Held-out losses [K] after `step`, and those on validation rows; the curve's training loss is the mean of the batches
   * since the one before.
   */
  addEvaluation(heldout: number[], step: number, validation?: number[]): void {
    this.failure ??= this.#counts.failure ?? lossFailure(heldout, step);
    if (this.failure) return;
    this.#training.add(this.#sums, (this.#steps.at(-1) ?? 0) + 1, step);
    this.#steps.push(step);
    this.#heldout.push(heldout);
    if (validation) this.#validation?.push(validation);
    this.#sums.fill(0);
  }
}

/** A curve of copied lists. */
export function copiedCurve(
  steps: readonly number[],
  { heldout, validation }: Pick<Curve, "heldout"> & { readonly validation: Curve["validation"] | undefined },
  { train, batches }: TrainingCurve,
): Curve {
  return {
    steps: [...steps],
    train: [...train],
    heldout: [...heldout],
    ...(validation && { validation: [...validation] }),
    ...(batches && { batches: [...batches] }),
  };
}
