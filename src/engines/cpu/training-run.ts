import { CurveRecorder } from "../curve-recorder.ts";
import { DiagnosticRecorder, hasMetrics } from "../diagnosing.ts";
import { bestStep, isEnough } from "../early-stop.ts";
import {
  type Curve,
  DIVERGED_LOSS,
  type Diagnostics,
  lossFailure,
  type OwnValues,
  type Predictions,
  type Run,
  type RunState,
} from "../engine.ts";
import { initialParametersInto } from "../initial-parameters.ts";
import type { LabelCounts } from "../label-counts.ts";
import { labelPanelBytes } from "../rows/generator.ts";
import { inputPanelBytes } from "../rows/panels.ts";
import { isValidated, isWeighted, lossesOfTasks, type TaskLoss, validationLosses } from "../task-losses.ts";
import { firstEvaluated, testRows } from "../training-settings.ts";
import type { KernelInstance, Kernels } from "./kernels.ts";
import type { LabelPlan, RowPlan } from "./run-group-rows.ts";
import {
  type RunSlot,
  readParameters,
  readTrained,
  type Snapshot,
  setStep,
  takeMeans,
  takeSnapshot,
  trainedIn,
  writeInitial,
  writeRates,
  writeTasks,
  writeTrained,
} from "./run-slot.ts";

/** What a run trains with: its slot in memory, the rows that it shares, and its own labels. */
interface RunMemory {
  readonly slot: RunSlot;
  readonly rows: RowPlan;
  readonly labels: LabelPlan;
  /** The addresses of held-out rows and their labels, from one on: of `rows.heldoutRows` or the rest. */
  readonly heldout: (first: number) => { readonly x: number; readonly y: number };
  /** The labels of all held-out rows, [N, K]. */
  readonly heldoutLabels: () => Float32Array;
  /** Rows that the code takes at once. */
  readonly pieceRows: number;
  readonly counts: LabelCounts;
  readonly measure: Measure;
}

/** As `Hooks.measure`, but it waits. */
export type Measure = (run: Run, step: number, heldout: Predictions) => OwnValues;

/** One run while it trains: a failure stops it alone. */
export class TrainingRun {
  readonly run: Run;
  readonly #memory: KernelInstance;
  readonly #kernels: Kernels;
  readonly #own: RunMemory;
  readonly #record: CurveRecorder;
  readonly #tasks: readonly TaskLoss[];
  readonly #diagnosing: DiagnosticRecorder;
  #step: number;
  /** Whether it has trained for long enough to know its best step; never without early stopping. */
  #isEnough: boolean;
  /** Of a try that is to give it: its best step so far. One that goes on from a state has only a part of its batch losses. */
  readonly #keepsBest: boolean;
  #best: (Snapshot & Pick<RunState, "step" | "elapsedMs">) | undefined;
  /** Milliseconds of the processes before this one. */
  readonly #elapsedMs: number;
  /** Milliseconds of its own in this process: its steps and evaluations. */
  #ownMs = 0;

  /** Goes on from `state`, or begins. */
  constructor(memory: KernelInstance, run: Run, own: RunMemory, state?: RunState) {
    this.run = run;
    this.#memory = memory;
    this.#kernels = memory.kernelsOf(run.training.arithmetic);
    this.#own = own;
    const { step = 0, elapsedMs = 0 } = state ?? {};
    this.#record = new CurveRecorder(run, own.counts, state);
    this.#diagnosing = new DiagnosticRecorder(run, state?.diagnostics);
    this.#step = step;
    this.#elapsedMs = elapsedMs;
    this.#keepsBest = state === undefined && run.until?.keepsBest === true;
    this.#tasks = lossesOfTasks(run);
    writeTasks(memory, own.slot, this.#tasks, run.training.huberDelta, isWeighted(run));
    this.#isEnough = isEnough(run, this);
    if (state) writeTrained(memory, own.slot, state);
    else writeInitial(memory, own.slot, (zeros) => initialParametersInto(zeros, run));
  }

  /** Steps done; once it is over, by the others. */
  get step(): number {
    return this.#step;
  }

  /** The latest point of the training curve, mean over tasks; NaN before the first. */
  get loss(): number {
    return this.#record.latest;
  }

  get failure(): string | undefined {
    return this.#record.failure;
  }

  /** Whether it trains no further, although others go on. */
  get isOver(): boolean {
    return this.failure !== undefined || this.#isEnough;
  }

  /** Whether it has been evaluated after its latest step. */
  get isEvaluated(): boolean {
    return this.#record.lastStep === this.#step;
  }

  /** What a training for its best number of steps ends with, before it is evaluated. */
  get best(): RunState | undefined {
    if (this.#best === undefined) return undefined;
    const { step, elapsedMs } = this.#best;
    const curve = { steps: [], train: [], heldout: [] };
    return { step, elapsedMs, curve, ...trainedIn(this.#own.slot, this.#best) };
  }

  get curve(): Curve {
    return this.#record.curve;
  }

  get diagnostics(): Diagnostics | undefined {
    return this.#diagnosing.diagnostics;
  }

  get labels(): LabelPlan {
    return this.#own.labels;
  }

  get parameters(): Float32Array {
    return readParameters(this.#memory, this.#own.slot);
  }

  /** The kernel set. */
  get device(): string {
    return this.#memory.set;
  }

  get ownMs(): number {
    return this.#ownMs;
  }

  /** The run's time: its own, and its `share` of what this process did for all runs of the run group, in milliseconds. */
  elapsedMs(share: number): number {
    return this.#elapsedMs + this.#ownMs + share;
  }

  /** What the run goes on from, with its `share` of this process's time for all runs. */
  state(share: number): RunState {
    const { diagnostics, failure } = this;
    return {
      step: this.#step,
      ...readTrained(this.#memory, this.#own.slot),
      curve: this.curve,
      ...(diagnostics && { diagnostics }),
      ...(failure !== undefined && { failure }),
      elapsedMs: this.elapsedMs(share),
    };
  }

  /** Trains the next `steps` steps, those of the chunk in memory; adds a point to the curve if they end at `evaluation`. */
  advance(steps: number, evaluation: number): void {
    const started = performance.now();
    this.#trainSteps(steps);
    if (this.#step === evaluation) this.#evaluate();
    this.#ownMs += performance.now() - started;
  }

  #trainSteps(steps: number): void {
    const before = this.#step;
    this.#step += steps;
    if (this.isOver || steps === 0) return;
    const { slot, rows, labels } = this.#own;
    const { training } = this.run;
    setStep(this.#memory, slot, before + 1);
    writeRates(this.#memory, slot, training, before + 1, steps);
    const did = this.#kernels.train(
      slot.address,
      rows.chunk,
      rows.panels * inputPanelBytes(rows.inputs, rows.layout),
      labels.chunk,
      rows.panels * labelPanelBytes(rows.labelColumns, rows.layout),
      training.batch,
      steps,
      DIVERGED_LOSS,
    );
    setStep(this.#memory, slot, 0);
    if (did < steps) this.#record.failure = lossFailure(this.takeErrors(), before + did + 1);
  }

  /** Adds a point to the curve, the training loss over the steps since the one before. */
  #evaluate(): void {
    if (this.isOver) return;
    const { slot, counts } = this.#own;
    this.takeErrors();
    const from = firstEvaluated(this.run.training, this.#step);
    const predictions = this.#addHeldout({ predicts: isValidated(this.run) || hasMetrics(this.run), from });
    const heldout = this.takeErrors(counts.rows("heldout", from));
    const validation = () => predictions && validationLosses(this.run, predictions, this.#tasks);
    const sums = () => takeMeans(this.#memory, slot.sums, this.#ones);
    this.#record.addEvaluation(heldout, this.#step, validation, sums);
    if (this.failure !== undefined) return;
    if (this.#diagnosing.isDue(this.#step)) this.#measure(predictions);
    this.#isEnough = isEnough(this.run, this);
    if (this.#keepsBest) this.#keepBest();
  }

  #measure(heldout: Predictions | undefined): void {
    const own = heldout ? this.#own.measure(this.run, this.#step, heldout) : {};
    if (typeof own === "string") this.#record.failure = own;
    else this.#diagnosing.add(this.#step, () => this.parameters, heldout && (() => heldout), own);
  }

  #keepBest(): void {
    const { until } = this.run;
    const isBest = until !== undefined && bestStep(this, until)?.step === this.#step;
    if (!isBest) return;
    const taken = takeSnapshot(this.#memory, this.#own.slot);
    this.#best = { ...taken, step: this.#step, elapsedMs: this.elapsedMs(0) };
  }

  /** Predictions and labels of the held-out rows. */
  predictions(): Predictions {
    return this.#addHeldout({ predicts: true }) as Predictions;
  }

  /** Adds up the losses over the test rows from one on. If it `predicts`, gives what it predicts of all held-out rows from there. */
  #addHeldout({ predicts, from = 0 }: { readonly predicts: boolean; readonly from?: number }): Predictions | undefined {
    const { slot, rows, heldout, pieceRows } = this.#own;
    const { outputs: O, heldout: out, tasks: K } = slot.code;
    const { heldoutRows } = this.run.training;
    const tested = testRows(this.run.training);
    const N = predicts ? heldoutRows : tested;
    const outputs = predicts ? new Float32Array((N - from) * O) : undefined;
    const stride = inputPanelBytes(rows.inputs, rows.layout);
    for (let first = from; first < N; first += rows.heldoutRows) {
      const at = heldout(first);
      const count = Math.min(rows.heldoutRows, N - first);
      const counted = Math.max(0, Math.min(count, tested - first));
      this.#kernels.evaluate(slot.address, at.x, stride, at.y, count, pieceRows, counted, predicts ? out : 0);
      outputs?.set(this.#memory.float32(out, count * O), (first - from) * O);
    }
    return outputs && { outputs, y: this.#own.heldoutLabels().subarray(from * K) };
  }

  /**
   * Fails the run, after its last step, if no batch had a label of a task, or if its losses over the training set, [K], are
   * not numbers or have diverged.
   */
  judge(trainingSetLoss: readonly number[]): void {
    this.#record.failure = this.#record.failureAtEnd ?? lossFailure(trainingSetLoss, this.run.training.steps);
  }

  /** Adds up the losses over `count` rows in panels. */
  addErrors(x: number, labels: number, count: number): void {
    const { slot, rows, pieceRows } = this.#own;
    const stride = inputPanelBytes(rows.inputs, rows.layout);
    this.#kernels.evaluate(slot.address, x, stride, labels, count, pieceRows, count, 0);
  }

  get #ones(): number[] {
    return new Array<number>(this.#own.slot.code.tasks).fill(1);
  }

  /** The losses added up over rows, divided by `counts`, [K]. */
  takeErrors(counts?: readonly number[]): number[] {
    const { slot } = this.#own;
    return takeMeans(this.#memory, slot.losses, counts ?? this.#ones);
  }
}
