// A run group: runs that share their rows and train in turns on one thread. How it trains, then how it is planned.
import type { Matrix } from "../../data/correlation-matrix.ts";
import { groupBy } from "../../stats/group-by.ts";
import { type Hooks, modelKey, type Run, type RunResult, type RunState } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { type LabelCounts, labelCounts } from "../label-counts.ts";
import { combinesGradients } from "../methods.ts";
import { numbering } from "../numbering.ts";
import { Arena, roundUp } from "../rows/arena.ts";
import { SLICE_ROWS } from "../rows/generator.ts";
import { type Layout, panelsOf } from "../rows/panels.ts";
import { valuesOf } from "../training-settings.ts";
import { type KernelSet, layoutOf } from "./kernel-sets.ts";
import type { KernelInstance } from "./kernels.ts";
import { type LabelPlan, planRows, type RowPlan, RunGroupRows } from "./run-group-rows.ts";
import { type RunSlot, takeSlot } from "./run-slot.ts";
import { type StepCode, stepCodeOf } from "./step-code.ts";
import { type Measure, TrainingRun } from "./training-run.ts";
import { parameterBytes, weightsOf } from "./weights.ts";

interface Watch {
  /** The run group's run `i` has been trained for `step` steps; `loss` as in `Hooks.onProgress`. */
  onStep(i: number, step: number, loss: number): void;
  /** Says whether to stop; called every tens of milliseconds. */
  isStopped(): boolean;
  readonly keepParameters: boolean;
  readonly keepPredictions?: boolean;
  /** Where the runs go on from, all at one step; without it they begin. */
  readonly states?: readonly RunState[];
  /** Keeps the runs in flight; without it they are lost where training stops. */
  readonly keeping?: RunGroupKeeping;
}

export interface RunGroupKeeping {
  /** Milliseconds between two states. */
  readonly everyMs: number;
  /** Whether the states before have been taken care of; until then there are no others, unless stopped. */
  isReady(): boolean;
  /** The states of all runs: now and then, and when stopped. */
  onStates(states: readonly RunState[]): void;
}

/** A stopped round of chunks ends, so that its runs stay at one step, unless it takes longer than this. */
const LATE_MS = 300;

/** Trains runs that share their rows, chunk after chunk of steps; returns nothing if stopped. */
export function trainRunGroup(
  memory: KernelInstance,
  runs: readonly Run[],
  watch: Watch,
  how: How = {},
): RunResult[] | undefined {
  const { isStopped, keeping, ...keeps } = watch;
  if (isStopped()) return undefined;
  const training = new RunGroupTraining(memory, runs, { states: watch.states, ...how });
  trainSteps(training, watch);
  const setLosses = isStopped() ? undefined : training.trainingSetLosses(isStopped);
  if (isStopped()) {
    if (training.hasBegun) keeping?.onStates(training.states());
    return undefined;
  }
  return training.results(setLosses, keeps);
}

/** All steps of a run group that are left: each run trains a chunk of them while its weights are in the cache. */
function trainSteps(training: RunGroupTraining, { isStopped, onStep, keeping }: Watch): void {
  const isDue = every(keeping?.everyMs ?? Number.POSITIVE_INFINITY);
  const isLate = lateAfter(isStopped);
  while (!training.isOver && !isStopped()) {
    training.advance(onStep, isLate);
    if (!training.isOver && !isLate() && keeping?.isReady() && isDue()) keeping.onStates(training.states());
  }
}

/** Says once in each `ms` milliseconds that they are over. */
function every(ms: number): () => boolean {
  let since = performance.now();
  return () => {
    const now = performance.now();
    const isDue = now - since >= ms;
    if (isDue) since = now;
    return isDue;
  };
}

/** Says whether a stop was LATE_MS ago, or more. */
function lateAfter(isStopped: () => boolean): () => boolean {
  let since: number | undefined;
  return () => {
    if (since === undefined && !isStopped()) return false;
    since ??= performance.now();
    return performance.now() - since > LATE_MS;
  };
}

/** What does not change the numbers. */
interface How {
  /** Without it the user's metrics are not measured. */
  readonly measure?: Measure;
  readonly layout?: Layout | undefined;
  /** How many threads share the work of a run, where they can. */
  readonly threads?: number;
}

interface Beginning extends How {
  /** Where the runs go on from, all at one step; without it they begin. */
  readonly states?: readonly RunState[] | undefined;
}

/** Runs that share their rows, in training on one thread: a call of `advance` trains each for a chunk of steps. */
export class RunGroupTraining {
  readonly runs: readonly TrainingRun[];
  readonly #plan: RunGroupPlan;
  readonly #rows: RunGroupRows;
  readonly #counts: LabelCounts;
  readonly #started = performance.now();

  constructor(memory: KernelInstance, runs: readonly Run[], { states, measure = () => ({}), ...how }: Beginning = {}) {
    this.#plan = planRunGroup(runs, memory.set, how);
    memory.reserve(this.#plan.arena.bytes);
    this.#plan.arena.writeTo(memory.memory);
    const { slots, labels, rows, pieceRows } = this.#plan;
    this.#rows = new RunGroupRows(memory, rows, runs[0]);
    const counts = labelCounts(runs[0]);
    this.#counts = counts;
    this.runs = runs.map((run, i) => {
      const own = labels[i];
      const heldout = (first: number) => this.#rows.heldout(first, own);
      const heldoutLabels = () => this.#rows.heldoutLabels(own);
      const ofRun = { slot: slots[i], labels: own, rows, heldout, heldoutLabels, pieceRows, counts, measure };
      return new TrainingRun(memory, run, ofRun, states?.[i]);
    });
  }

  get hasBegun(): boolean {
    return this.runs.some(({ step }) => step > 0);
  }

  /** Whether all steps are done, or all runs have failed or were stopped early. */
  get isOver(): boolean {
    const { steps } = this.#training;
    return this.runs.every(({ isOver, step, isEvaluated }) => isOver || (step >= steps && isEvaluated));
  }

  /** Trains each run for the next chunk of steps; a round that `isLate` cuts short leaves the runs at different steps. */
  advance(onStep: (i: number, step: number, loss: number) => void, isLate: () => boolean = () => false): void {
    const done = this.#first.step;
    const next = nextEvaluation(this.#training, done);
    const count = Math.min(this.#plan.rows.chunkSteps, next - done);
    if (count > 0) this.#rows.load(done + 1, count);
    for (const [i, run] of this.runs.entries()) {
      if (isLate()) return;
      run.advance(count, next);
      if (!run.isOver) onStep(i, run.step, run.loss);
    }
  }

  states(): RunState[] {
    const share = this.#shareMs;
    return this.runs.map((run) => run.state(share));
  }

  /** Each run's loss per task over the whole fixed training set, if there is one; of a part of it if stopped. */
  trainingSetLosses(isStopped: () => boolean): number[][] | undefined {
    const { trainRows } = this.#training;
    if (trainRows === "fresh") return undefined;
    for (const run of this.runs) run.takeErrors();
    for (let row = 0; row < trainRows && !isStopped(); row += SLICE_ROWS) {
      const rows = Math.min(SLICE_ROWS, trainRows - row);
      this.#rows.loadSlice(row);
      for (const run of this.runs) run.addErrors(this.#plan.rows.chunk, this.#rows.sliceLabels(run.labels, row), rows);
    }
    return this.runs.map((run) => run.takeErrors(this.#counts.rows("train")));
  }

  /** The runs' results, with their losses over a fixed training set, [runs][K]. */
  results(
    setLosses: readonly number[][] | undefined,
    { keepParameters, keepPredictions = false }: Pick<Hooks, "keepParameters" | "keepPredictions">,
  ): RunResult[] {
    for (const [i, run] of this.runs.entries()) run.judge(setLosses?.[i] ?? []);
    const share = this.#shareMs;
    return this.runs.map((run, i) => ({
      run: run.run,
      curve: run.curve,
      labelCorrelations: this.#rows.labelCorrelations(run.labels),
      elapsedMs: run.elapsedMs(share),
      device: run.device,
      ...(run.failure !== undefined && { failure: run.failure }),
      ...(run.best && { best: run.best }),
      ...(run.diagnostics && { diagnostics: run.diagnostics }),
      ...(setLosses && run.failure === undefined && { trainingSetLoss: setLosses[i] }),
      ...(keepParameters && { parameters: run.parameters }),
      ...(keepPredictions && run.failure === undefined && { predictions: run.predictions() }),
    }));
  }

  get #first(): TrainingRun {
    return this.runs[0];
  }

  get #training(): Run["training"] {
    return this.#first.run.training;
  }

  /** Milliseconds of what was done for all runs, such as making rows, per run. */
  get #shareMs(): number {
    const own = this.runs.reduce((ms, run) => ms + run.ownMs, 0);
    return (performance.now() - this.#started - own) / this.runs.length;
  }
}

/** Bound a run group's memory, whatever the number of models, correlations and learning rates of a sweep. */
const MOST_RUNS = 48;
const MOST_WEIGHT_BYTES = 2 ** 30;
/** Fewest rows of a step's buffers: small batches are evaluated in larger pieces. */
const LEAST_ROWS = 64;

/** Linear memory of runs that train in turns on the same rows. */
export interface RunGroupPlan {
  readonly arena: Arena;
  readonly rows: RowPlan;
  /** In the order of the runs. */
  readonly slots: readonly RunSlot[];
  /** Each run's labels, in the order of the runs. */
  readonly labels: readonly LabelPlan[];
  /** Rows that are evaluated at once: a whole number of 8, whatever the kernels, since it decides how sums round. */
  readonly pieceRows: number;
}

/**
 * Runs that share their rows, as indices: all models, correlations and learning rates of one run index, as far as they
 * are at one step (`stepOf`). Run groups that do not divide evenly among the workers are split, so that all
 * workers end together.
 */
export function runGroupsOf(runs: readonly Run[], jobs: number, stepOf: (run: Run) => number = () => 0): number[][] {
  const rowsKey = rowsKeys();
  const keyOf = (run: Run) => `${stepOf(run)} ${rowsKey(run)}`;
  const byRows = groupBy([...runs.keys()], (i) => keyOf(runs[i]));
  const bytesOf = weightBytes();
  const groups = [...byRows.values()].flatMap((group) => {
    const bytes = group.reduce((sum, i) => sum + bytesOf(runs[i]), 0);
    return dealt(group, Math.ceil(Math.max(group.length / MOST_RUNS, bytes / MOST_WEIGHT_BYTES)));
  });
  const whole = groups.length - (groups.length % jobs);
  return [...groups.slice(0, whole), ...groups.slice(whole).flatMap((group) => dealt(group, jobs))];
}

/** The most threads of a run (kernels/team.h), and the products of weights and inputs in a step that make up for one: about 50 µs. */
const [MOST_THREADS, LEAST_PRODUCTS] = [8, 2 ** 22];

/** How many of `most` threads may share the work of each of some runs: they wait for each other after each instruction. */
export function threadsFor(runs: readonly Run[], most: number): number {
  if (most === 1) return most;
  const products = runs.map(({ model, training: { batch } }) => {
    const { layers } = weightsOf(model, layoutOf("avx512", batch));
    return layers.reduce((sum, { D, N }) => sum + batch * D * N, 0);
  });
  return Math.max(1, Math.min(most, Math.floor(Math.min(...products) / LEAST_PRODUCTS)));
}

/** A function that tells how many bytes a run's weights and their moments take, about. */
function weightBytes(): (run: Run) => number {
  const modelNumber = numbering((model: Run["model"]) => model);
  const sizes: number[] = [];
  return ({ model, training }) => {
    const number = modelNumber(model);
    sizes[number] ??= weightsOf(model, layoutOf("avx512", training.batch)).size;
    return 4 * sizes[number] * valuesOf(training);
  };
}

/** Lays out a run group for a kernel set; the numbers are the same in any layout that the set has. */
export function planRunGroup(
  runs: readonly Run[],
  kernels: KernelSet,
  { layout = layoutOf(kernels, runs[0].training.batch), threads = 1 }: How = {},
): RunGroupPlan {
  const arena = new Arena();
  const first = runs[0];
  const cellNumber = numbering((correlations: Matrix | null) => correlations);
  const cells = new Map(runs.map(({ correlationMatrix }) => [cellNumber(correlationMatrix), correlationMatrix]));
  const pieceRows = roundUp(Math.max(first.training.batch, LEAST_ROWS), 8);
  const rows = planRows(first, [...cells.values()], arena, { layout, pieceRows });
  const P = panelsOf(pieceRows, layout);
  const codes = new Map<string, StepCode>();
  const orders = new Map<string, number>();
  const keyOf = ({ model }: Run) => JSON.stringify(model); // with one run index, so runs of a model drop units by the same streams
  const combined = new Set(runs.filter(({ training }) => combinesGradients(training)).map(keyOf));
  const slots = runs.map((run) => {
    const { model, training } = run;
    const areLazy = takesLazySteps(training);
    const key = `${areLazy} ${keyOf(run)}`;
    const options = {
      batch: training.batch,
      heldoutRows: rows.heldoutRows,
      entries: rows.entries,
      threads: kernels === "wasm" || layout.panelRows === 1 || rows.entries ? 1 : Math.min(threads, MOST_THREADS),
      byTask: !areLazy && combined.has(keyOf(run)),
      areLazy,
    };
    const streams = (stream: string) => modelKey(run, stream);
    const code = codes.get(key) ?? stepCodeOf(model, P, arena, layout, streams, options);
    codes.set(key, code);
    if (training.clipNorm !== null && !orders.has(key)) orders.set(key, arena.put(parameterBytes(code.weights)));
    return takeSlot(arena, code, training, { keyOf: streams, steps: rows.chunkSteps, order: orders.get(key) });
  });
  const labels = runs.map((run) => rows.labels[cellNumber(run.correlationMatrix)]);
  return { arena, rows, slots, labels, pieceRows };
}

/**
 * Whether a step moves only the vectors that rows of the batch have. Where the others have a gradient of 0 and no decay, sgd
 * without momentum gives the same bits.
 */
function takesLazySteps(training: Run["training"]): boolean {
  const { embeddingSteps, weightDecay, clipNorm } = training;
  const isPlain = valuesOf(training) === 1 && weightDecay === 0 && clipNorm === null && !combinesGradients(training);
  return embeddingSteps === "lazy" || isPlain;
}

/** A function that gives runs one key if they can train on the same rows at the same time. */
function rowsKeys(): (run: Run) => string {
  const dataNumber = numbering((data: Run["data"]) => data);
  const rowsNumber = numbering((training: Run["training"]) => {
    const { trainRows, sampling, batch, steps, evalEvery, heldoutRows, validationRows = 0 } = training;
    return [trainRows, sampling, batch, steps, evalEvery, heldoutRows, validationRows];
  });
  return ({ seed, index, model, data, training }) =>
    `${seed} ${index} ${model.tasks} ${dataNumber(data)} ${rowsNumber(training)}`;
}

/** `items` dealt in turn to at most `hands`, none of them empty. */
function dealt<T>(items: readonly T[], hands: number): T[][] {
  const parts = Array.from({ length: Math.min(hands, items.length) }, (): T[] => []);
  items.forEach((item, i) => {
    parts[i % parts.length]?.push(item);
  });
  return parts;
}
