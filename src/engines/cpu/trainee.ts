import { type Curve, DIVERGED_LOSS, initialParameters, lossFailure, type Run } from "../engine.ts";
import { type DataPlan, LABEL_PANEL, type LabelPlan } from "./data-plan.ts";
import type { Machine } from "./kernels.ts";
import { type Member, readParameters, takeMeans, writeParameters } from "./member.ts";
import { inputPanelBytes } from "./panels.ts";

/** What a training run stands on: its place in memory, the rows it shares and its own labels. */
export interface Place {
  readonly member: Member;
  readonly data: DataPlan;
  readonly labels: LabelPlan;
  /** Rows that a program takes at once. */
  readonly pieceRows: number;
}

/** One run while it trains: a failure stops it alone. */
export class Trainee {
  readonly run: Run;
  readonly #machine: Machine;
  readonly #place: Place;
  readonly #steps: number[] = [];
  readonly #train: number[][] = [];
  readonly #heldout: number[][] = [];
  #failure: string | undefined;

  constructor(machine: Machine, run: Run, place: Place) {
    this.run = run;
    this.#machine = machine;
    this.#place = place;
    writeParameters(machine, place.member, initialParameters(run));
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
    return readParameters(this.#machine, this.#place.member);
  }

  /** Trains `steps` steps of the chunk in memory, after `done` others. */
  train(done: number, steps: number): void {
    if (this.#failure !== undefined) return;
    const { member, data, labels } = this.#place;
    const { batch } = this.run.training;
    const did = this.#machine.kernels.train(
      member.address,
      data.chunk,
      data.panels * inputPanelBytes(data.inputs),
      labels.chunk,
      data.panels * LABEL_PANEL,
      batch,
      steps,
      DIVERGED_LOSS,
    );
    if (did < steps) this.#failure = lossFailure(this.takeErrors(1), done + did + 1);
  }

  /** Adds a point to the curve at `step`, the training loss over the last `since` steps. */
  evaluate(step: number, since: number): void {
    if (this.#failure !== undefined) return;
    const { member, data, labels } = this.#place;
    const { heldoutRows } = this.run.training;
    this.takeErrors(1);
    this.addErrors(data.heldout, labels.heldout, heldoutRows);
    const heldout = this.takeErrors(heldoutRows);
    this.#failure = lossFailure(heldout, step);
    if (this.#failure !== undefined) return;
    this.#steps.push(step);
    this.#train.push(takeMeans(this.#machine, member.sums, member.program.tasks, since));
    this.#heldout.push(heldout);
  }

  /** Adds up the squared errors over rows in panels. */
  addErrors(x: number, labels: number, rows: number): void {
    const { member, data, pieceRows } = this.#place;
    const stride = inputPanelBytes(data.inputs);
    this.#machine.kernels.evaluate(member.address, x, stride, labels, rows, pieceRows);
  }

  /** The mean of the squared errors added up over `rows` rows, [K]. */
  takeErrors(rows: number): number[] {
    const { member } = this.#place;
    return takeMeans(this.#machine, member.losses, member.program.tasks, rows);
  }
}
