import type { Hooks, Run, RunResult, RunState } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { type LabelCounts, labelCounts } from "../label-counts.ts";
import { SLICE_ROWS } from "../rows/generator.ts";
import type { Layout } from "../rows/panels.ts";
import { type BundlePlan, planBundle } from "./bundle.ts";
import { BundleRows } from "./bundle-rows.ts";
import type { KernelInstance } from "./kernels.ts";
import type { Member } from "./member.ts";
import type { LabelPlan } from "./row-plan.ts";
import { Trainee } from "./trainee.ts";

interface Options {
  /** Where the runs go on from, all at one step; without it they begin. */
  readonly states?: readonly RunState[] | undefined;
  readonly layout?: Layout | undefined;
}

/** Runs that share their rows, in training on one thread: a call of `advance` trains each for a chunk of steps. */
export class BundleTraining {
  readonly trainees: readonly Trainee[];
  readonly #plan: BundlePlan;
  readonly #rows: BundleRows;
  readonly #counts: LabelCounts;
  readonly #started = performance.now();

  constructor(memory: KernelInstance, runs: readonly Run[], { states, layout }: Options = {}) {
    this.#plan = planBundle(runs, memory.set, layout);
    memory.reserve(this.#plan.arena.bytes);
    this.#plan.arena.writeTo(memory.memory);
    const { members, labels, rows, pieceRows } = this.#plan;
    this.#rows = new BundleRows(memory, rows, runs[0] as Run);
    const counts = labelCounts(runs[0] as Run);
    this.#counts = counts;
    this.trainees = runs.map((run, i) => {
      const own = labels[i] as LabelPlan;
      const labelsOf = (k: number) => this.#rows.labelsOf(own, k);
      const place = { member: members[i] as Member, labels: own, rows, pieceRows, labelsOf, counts };
      return new Trainee(memory, run, place, states?.[i]);
    });
  }

  get hasBegun(): boolean {
    return this.trainees.some(({ step }) => step > 0);
  }

  /** Whether all steps are done, or all runs have failed. */
  get isOver(): boolean {
    return this.#first.step >= this.#training.steps || this.trainees.every(({ failure }) => failure !== undefined);
  }

  /** Trains each run for the next chunk of steps; a round that `isLate` cuts short leaves the runs at different steps. */
  advance(onStep: (i: number, step: number, loss: number) => void, isLate: () => boolean = () => false): void {
    const done = this.#first.step;
    const next = nextEvaluation(this.#training, done);
    const count = Math.min(this.#plan.rows.chunkSteps, next - done);
    this.#rows.load(done + 1, count);
    for (const [i, trainee] of this.trainees.entries()) {
      if (isLate()) return;
      trainee.advance(count, next);
      if (trainee.failure === undefined) onStep(i, trainee.step, trainee.loss);
    }
  }

  states(): RunState[] {
    const share = this.#shareMs;
    return this.trainees.map((trainee) => trainee.state(share));
  }

  /** Each run's loss per task over the whole fixed training set, if there is one; of a part of it if stopped. */
  trainingSetLosses(isStopped: () => boolean): number[][] | undefined {
    const { trainRows } = this.#training;
    const labelBytes = 4 * this.#first.run.model.tasks;
    if (trainRows === "fresh") return undefined;
    for (const trainee of this.trainees) trainee.takeErrors();
    for (let row = 0; row < trainRows && !isStopped(); row += SLICE_ROWS) {
      this.#rows.loadSlice(row);
      const rows = Math.min(SLICE_ROWS, trainRows - row);
      for (const trainee of this.trainees)
        trainee.addErrors(this.#plan.rows.chunk, trainee.labels.train + row * labelBytes, rows);
    }
    return this.trainees.map((trainee) => trainee.takeErrors(this.#counts.rows("train")));
  }

  /** The runs' results, with their losses over a fixed training set, [runs][K]. */
  results(
    setLosses: readonly number[][] | undefined,
    { keepParameters, keepPredictions = false }: Pick<Hooks, "keepParameters" | "keepPredictions">,
  ): RunResult[] {
    for (const [i, trainee] of this.trainees.entries()) trainee.judge(setLosses?.[i] ?? []);
    const share = this.#shareMs;
    return this.trainees.map((trainee, i) => ({
      run: trainee.run,
      curve: trainee.curve,
      labelCorrelations: this.#rows.labelCorrelations(trainee.labels),
      elapsedMs: trainee.elapsedMs(share),
      device: trainee.device,
      ...(trainee.failure !== undefined && { failure: trainee.failure }),
      ...(trainee.diagnostics && { diagnostics: trainee.diagnostics }),
      ...(setLosses && trainee.failure === undefined && { trainingSetLoss: setLosses[i] as number[] }),
      ...(keepParameters && { parameters: trainee.parameters }),
      ...(keepPredictions && trainee.failure === undefined && { predictions: trainee.predictions() }),
    }));
  }

  get #first(): Trainee {
    return this.trainees[0] as Trainee;
  }

  get #training(): Run["training"] {
    return this.#first.run.training;
  }

  /** Milliseconds of what was done for all runs, such as making rows, per run. */
  get #shareMs(): number {
    const own = this.trainees.reduce((ms, trainee) => ms + trainee.ownMs, 0);
    return (performance.now() - this.#started - own) / this.trainees.length;
  }
}
