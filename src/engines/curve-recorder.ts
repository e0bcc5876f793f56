import { type AnyRun, type Curve, latestLoss, lossFailure, type RunState } from "./engine.ts";
import type { LabelCounts } from "./label-counts.ts";

/** What is recorded of one run while it trains: its losses at evaluations, and why it failed, if it did. */
export class CurveRecorder {
  failure: string | undefined;
  readonly #counts: LabelCounts;
  readonly #steps: number[];
  readonly #train: number[][];
  readonly #batches: number[][] | undefined;
  readonly #heldout: number[][];
  readonly #validation: number[][] | undefined;
  readonly #sums: number[];

  /** Resumes from `state`, or begins. */
  constructor({ model: { tasks }, training }: AnyRun, counts: LabelCounts, state?: RunState) {
    const { steps = [], train, batches, heldout, validation } = state?.curve ?? {};
    this.failure = state?.failure;
    this.#counts = counts;
    this.#steps = [...steps];
    this.#train = copied(train);
    this.#batches = counts.gaps ? copied(batches) : undefined;
    this.#heldout = copied(heldout);
    this.#validation = training.validationRows ? copied(validation) : undefined;
    this.#sums = [...(state?.sums ?? new Array<number>(tasks).fill(0))];
  }

  /** Batch losses since the latest evaluation, added up, [K]. */
  get sums(): readonly number[] {
    return [...this.#sums];
  }

  /** The step of the latest evaluation; undefined before the first. */
  get lastStep(): number | undefined {
    return this.#steps.at(-1);
  }

  /** A copy of the lists. */
  get curve(): Curve {
    return {
      steps: [...this.#steps],
      train: [...this.#train],
      heldout: [...this.#heldout],
      ...(this.#validation && { validation: [...this.#validation] }),
      ...(this.#batches && { batches: [...this.#batches] }),
    };
  }

  /** The latest training losses, mean over the tasks of which some batch had a label; NaN before the first. */
  get latest(): number {
    return latestLoss(this.#train.slice(-1).map((losses) => losses.filter((_, k) => this.#hasLabel(k))));
  }

  /** Why the run has failed, if it ends here: also if no batch had a label of a task. */
  get failureAtEnd(): string | undefined {
    const lacking = this.#train.at(-1)?.findIndex((_, k) => !this.#hasLabel(k)) ?? -1;
    return this.failure ?? (lacking < 0 ? undefined : `none of its batches has a label of task ${lacking + 1}`);
  }

  /** Losses [K] of the batch of `step`, before its update. Those of a failed run are ignored. */
  addBatch(losses: Float32Array, step: number): void {
    this.failure ??= lossFailure(losses, step);
    if (this.failure) return;
    for (const k of this.#sums.keys()) this.#sums[k] += losses[k];
  }

  /**
   * Held-out losses [K] after `step`; of a run that has not failed also those on validation rows, and the batch losses since the
   * evaluation before, added up, if not those of `addBatch`.
   */
  addEvaluation(
    heldout: number[],
    step: number,
    validation: () => number[] | undefined,
    sums: () => readonly number[] = () => this.#sums,
  ): void {
    this.failure ??= this.#counts.failure ?? lossFailure(heldout, step);
    if (this.failure) return;
    this.#addTraining(sums(), (this.#steps.at(-1) ?? 0) + 1, step);
    this.#steps.push(step);
    this.#heldout.push(heldout);
    const validated = this.#validation && validation();
    if (validated) this.#validation?.push(validated);
    this.#sums.fill(0);
  }

  /** Batch losses added up over the steps `from` to `to`, [K]. */
  #addTraining(sums: readonly number[], from: number, to: number): void {
    const counts = this.#counts.batches(from, to);
    const before = this.#train.at(-1);
    const means = sums.map((sum, k) => (counts[k] === 0 ? (before?.[k] ?? 0) : sum / counts[k]));
    for (const [k, mean] of means.entries())
      if (counts[k] !== 0 && !this.#hasLabel(k)) for (const losses of this.#train) losses[k] = mean;
    this.#train.push(means);
    this.#batches?.push([...counts]);
  }

  #hasLabel(k: number): boolean {
    return this.#batches === undefined || this.#batches.some((counts) => counts[k] > 0);
  }
}

function copied(losses: readonly (readonly number[])[] = []): number[][] {
  return losses.map((each) => [...each]);
}
