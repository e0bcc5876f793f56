import { type Curve, DIVERGED_LOSS, initialParameters, lossFailure, type Run } from "../engine.ts";
import { labelPanelBytes } from "../rows/generator.ts";
import { inputPanelBytes } from "../rows/panels.ts";
import type { KernelInstance } from "./kernels.ts";
import { type Member, readParameters, setStep, takeMeans, writeParameters } from "./member.ts";
import type { LabelPlan, RowPlan } from "./row-plan.ts";

/** Inputs of a training run: its place in memory, the rows it shares and its own labels. */
export interface Place {
  readonly member: Member;
  readonly rows: RowPlan;
  readonly labels: LabelPlan;
  /** Rows that the code takes at once. */
  readonly pieceRows: number;
}

/** One run while it trains: a failure stops it alone. */
export class Trainee {
  readonly run: Run;
  readonly #memory: KernelInstance;
  readonly #place: Place;
  readonly #steps: number[] = [];
  readonly #train: number[][] = [];
  readonly #heldout: number[][] = [];
  #failure: string | undefined;

  constructor(memory: KernelInstance, run: Run, place: Place) {
    this.run = run;
    this.#memory = memory;
    this.#place = place;
    writeParameters(memory, place.member, initialParameters(run));
  }

  get failure(): string | undefined {
    return this.#failure;
  }

  get curve(): Curve {
    return { steps: this.#steps, train: this.#train, heldout: this.#heldout };
  }

  get labels(): LabelPlan {
    return this.#place.labels;
  }

  get parameters(): Float32Array {
    return readParameters(this.#memory, this.#place.member);
  }

  /** Trains `steps` steps of the chunk in memory, after `done` others. */
  train(done: number, steps: number): void {
    if (this.#failure !== undefined) return;
    const { member, rows, labels } = this.#place;
    const { batch } = this.run.training;
    setStep(this.#memory, member, done + 1);
    const did = this.#memory.kernels.train(
      member.address,
      rows.chunk,
      rows.panels * inputPanelBytes(rows.inputs, rows.layout),
      labels.chunk,
      rows.panels * labelPanelBytes(rows.tasks, rows.layout),
      batch,
      steps,
      DIVERGED_LOSS,
    );
    setStep(this.#memory, member, 0);
    if (did < steps) this.#failure = lossFailure(this.takeErrors(1), done + did + 1);
  }

  /** Adds a point to the curve at `step`, the training loss over the last `since` steps. */
  evaluate(step: number, since: number): void {
    if (this.#failure !== undefined) return;
    const { member, rows, labels } = this.#place;
    const { heldoutRows } = this.run.training;
    this.takeErrors(1);
    this.addErrors(rows.heldout, labels.heldout, heldoutRows);
    const heldout = this.takeErrors(heldoutRows);
    this.#failure = lossFailure(heldout, step);
    if (this.#failure !== undefined) return;
    this.#steps.push(step);
    this.#train.push(takeMeans(this.#memory, member.sums, member.code.tasks, since));
    this.#heldout.push(heldout);
  }

  /** Fails the run if its losses over the training set after the last step, [K], are not numbers or have diverged. */
  judge(trainingSetLoss: readonly number[]): void {
    this.#failure ??= lossFailure(trainingSetLoss, this.run.training.steps);
  }

  /** Adds up the losses over `count` rows in panels. */
  addErrors(x: number, labels: number, count: number): void {
    const { member, rows, pieceRows } = this.#place;
    const stride = inputPanelBytes(rows.inputs, rows.layout);
    this.#memory.kernels.evaluate(member.address, x, stride, labels, count, pieceRows);
  }

  /** The mean of the losses added up over `rows` rows, [K]. */
  takeErrors(rows: number): number[] {
    const { member } = this.#place;
    return takeMeans(this.#memory, member.losses, member.code.tasks, rows);
  }
}
