import type { Run, RunResult, RunState } from "../engine.ts";
import type { Layout } from "../rows/panels.ts";
import { BundleTraining } from "./bundle-training.ts";
import type { KernelInstance } from "./kernels.ts";

interface Watch {
  /** The bundle's run `i` has been trained for `step` steps; `loss` as in `Hooks.onProgress`. */
  onStep(i: number, step: number, loss: number): void;
  /** Says whether to stop; called every tens of milliseconds. */
  isStopped(): boolean;
  readonly keepParameters: boolean;
  readonly keepPredictions?: boolean;
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
  const { isStopped, keeping, ...keeps } = watch;
  if (isStopped()) return undefined;
  const training = new BundleTraining(memory, runs, { states: watch.states, layout });
  trainSteps(training, watch);
  const setLosses = isStopped() ? undefined : training.trainingSetLosses(isStopped);
  if (isStopped()) {
    if (training.hasBegun) keeping?.onStates(training.states());
    return undefined;
  }
  return training.results(setLosses, keeps);
}

/** All steps of a bundle that are left: each run trains a chunk of them while its weights are in the cache. */
function trainSteps(training: BundleTraining, { isStopped, onStep, keeping }: Watch): void {
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
