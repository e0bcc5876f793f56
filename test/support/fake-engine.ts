import { pairsOf } from "../../src/data/correlation-matrix.ts";
import type { AnyRun, Engine, Hooks, RunResult } from "../../src/engines/engine.ts";
import { evaluationSteps } from "../../src/engines/evaluations.ts";
import { stateOf } from "./states.ts";

interface Behaviour {
  /** Ids of runs that fail. */
  readonly failing?: readonly string[];
  /** The step at which a run is kept that is stopped; by default none is. */
  readonly keptAt?: number;
  /** Called, and waited for, before each run. */
  readonly before?: (run: AnyRun) => unknown;
}

/** An engine that computes nothing: losses are made of the run's index and correlation. */
export function fakeEngine({ failing = [], keptAt, before = () => {} }: Behaviour = {}): Engine {
  return {
    name: "fake",
    device: "none",
    keepsStates: keptAt !== undefined,
    path: () => "cpu",
    check: () => {},
    memoryBytes: () => 1_000_000,
    dispose: async () => {},
    train: async (runs: readonly AnyRun[], { onBegin, onProgress, onResult, signal, noMore, keeping }: Hooks) => {
      for (const run of runs) {
        if (noMore?.aborted) return;
        onBegin?.([run]);
        await before(run);
        if (signal?.aborted) {
          if (keptAt !== undefined) keeping?.onState(run, stateOf(run, keptAt));
          return;
        }
        onProgress?.(run, run.training.steps, Number.NaN);
        onResult(failing.includes(run.id) ? failedResult(run) : doneResult(run));
      }
    },
  };
}

export function doneResult(run: AnyRun): RunResult {
  const { steps, trainRows } = run.training;
  const evaluations = evaluationSteps(run.training);
  const K = run.model.tasks;
  const loss = (step: number, k: number) => (1 + run.index + k / 4) / step + (run.correlation ?? 0) / 3;
  const losses = (step: number, first: number) => Array.from({ length: K }, (_, k) => loss(step, first + k));
  return {
    run,
    curve: {
      steps: evaluations,
      train: evaluations.map((step) => losses(step, 0)),
      heldout: evaluations.map((step) => losses(step, K)),
    },
    ...(trainRows === "fresh" ? {} : { trainingSetLoss: losses(steps, 2 * K) }),
    labelCorrelations: pairsOf(run.model.tasks).map((_, i) => (7 + i) / 100),
    elapsedMs: 12.5,
    device: "none",
  };
}

export function failedResult(run: AnyRun): RunResult {
  return {
    run,
    failure: "loss is NaN at step 7",
    curve: { steps: [], train: [], heldout: [] },
    labelCorrelations: pairsOf(run.model.tasks).map((_, i) => (7 + i) / 100),
    elapsedMs: 12.5,
    device: "none",
  };
}
