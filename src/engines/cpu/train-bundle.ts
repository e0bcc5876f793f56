import type { Run, RunResult, RunState } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { type LabelCounts, labelCounts } from "../label-counts.ts";
import { SLICE_ROWS } from "../rows/generator.ts";
import type { Layout } from "../rows/panels.ts";
import { planBundle } from "./bundle.ts";
import { BundleRows } from "./bundle-rows.ts";
import type { KernelInstance } from "./kernels.ts";
import type { Member } from "./member.ts";
import type { LabelPlan } from "./row-plan.ts";
import { Trainee } from "./trainee.ts";

interface Watch {
  /** The bundle's run `i` has been trained for `step` steps; `loss` as in `Hooks.onProgress`. */
  onStep(i: number, step: number, loss: number): void;
  /** Says whether to stop; called every tens of milliseconds. */
  isStopped(): boolean;
  readonly keepParameters: boolean;
  /** Where the runs go on from, all at one step; without it they begin. */
  readonly states?: readonly RunState[];
  /** Keeps the runs in flight; without it they are lost where training stops. */
  readonly keeping?: BundleKeeping;
}

export interface BundleKeeping {
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
export function trainBundle(
  memory: KernelInstance,
  runs: readonly Run[],
  watch: Watch,
  layout?: Layout,
): RunResult[] | undefined {
  if (watch.isStopped()) return undefined;
  const started = performance.now();
  const plan = planBundle(runs, memory.set, layout);
  memory.reserve(plan.arena.bytes);
  plan.arena.writeTo(memory.memory);
  const first = runs[0] as Run;
  const rows = new BundleRows(memory, plan.rows, first);
  const counts = labelCounts(first);
  const trainees = runs.map((run, i) => {
    const [member, labels] = [plan.members[i] as Member, plan.labels[i] as LabelPlan];
    const labelsOf = (k: number) => rows.labelsOf(labels, k);
    const place = { member, labels, rows: plan.rows, pieceRows: plan.pieceRows, labelsOf, counts };
    return new Trainee(memory, run, place, watch.states?.[i]);
  });
  const shareMs = () => {
    const own = trainees.reduce((ms, trainee) => ms + trainee.ownMs, 0);
    return (performance.now() - started - own) / runs.length;
  };
  const keep = () => {
    const share = shareMs();
    watch.keeping?.onStates(trainees.map((trainee) => trainee.state(share)));
  };
  trainSteps(rows, trainees, plan.rows.chunkSteps, { ...watch, keep });
  const setLosses = watch.isStopped()
    ? undefined
    : trainingSetLosses(rows, plan.rows.chunk, trainees, { ...watch, counts });
  if (watch.isStopped()) {
    if (trainees.some(({ step }) => step > 0)) keep();
    return undefined;
  }
  for (const [i, trainee] of trainees.entries()) trainee.judge(setLosses?.[i] ?? []);
  const share = shareMs();
  return trainees.map((trainee, i) => ({
    run: trainee.run,
    curve: trainee.curve,
    labelCorrelations: rows.labelCorrelations(trainee.labels),
    elapsedMs: trainee.elapsedMs(share),
    device: memory.set,
    ...(trainee.failure !== undefined && { failure: trainee.failure }),
    ...(trainee.diagnostics && { diagnostics: trainee.diagnostics }),
    ...(setLosses && trainee.failure === undefined && { trainingSetLoss: setLosses[i] as number[] }),
    ...(watch.keepParameters && { parameters: trainee.parameters }),
  }));
}

/** All steps of a bundle that are left: each run trains a chunk of them while its weights are in the cache. */
function trainSteps(
  bundleRows: BundleRows,
  trainees: readonly Trainee[],
  chunkSteps: number,
  { isStopped, onStep, keeping, keep }: Watch & { keep(): void },
): void {
  const first = trainees[0] as Trainee;
  const { training } = first.run;
  const isDue = every(keeping?.everyMs ?? Number.POSITIVE_INFINITY);
  const isLate = lateAfter(isStopped);
  for (let done = first.step; done < training.steps && !isStopped(); done = first.step) {
    const next = nextEvaluation(training, done);
    const count = Math.min(chunkSteps, next - done);
    bundleRows.load(done + 1, count);
    for (const [i, trainee] of trainees.entries()) {
      if (isLate()) return;
      trainee.advance(count, next);
      if (trainee.failure === undefined) onStep(i, trainee.step, trainee.loss);
    }
    if (trainees.every(({ failure }) => failure !== undefined)) return;
    if (keeping?.isReady() && isDue()) keep();
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

/** Each run's loss per task over the whole fixed training set, if there is one; of a part of it if stopped. */
function trainingSetLosses(
  bundleRows: BundleRows,
  x: number,
  trainees: readonly Trainee[],
  { isStopped, counts }: Pick<Watch, "isStopped"> & { readonly counts: LabelCounts },
): number[][] | undefined {
  const { model, training } = (trainees[0] as Trainee).run;
  const { trainRows } = training;
  const labelBytes = 4 * model.tasks;
  if (trainRows === "fresh") return undefined;
  for (const trainee of trainees) trainee.takeErrors();
  for (let row = 0; row < trainRows && !isStopped(); row += SLICE_ROWS) {
    bundleRows.loadSlice(row);
    const rows = Math.min(SLICE_ROWS, trainRows - row);
    for (const trainee of trainees) trainee.addErrors(x, trainee.labels.train + row * labelBytes, rows);
  }
  return trainees.map((trainee) => trainee.takeErrors(counts.rows("train")));
}
