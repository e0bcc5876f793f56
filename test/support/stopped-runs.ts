// Runs with early stopping, and an engine that has the losses that a test wants.
import type { AnyRun, Engine, Hooks, RunResult } from "../../src/engines/engine.ts";
import { withEarlyStopping } from "../../src/sweep/early-stopping.ts";
import { range } from "./reference.ts";
import { tableRun } from "./tables.ts";

export const STOPPING = { patience: 3, validation: 0.2 };
/** 45 training rows, of which 36 are trained on in batches of 7: a look every 6 steps. */
export const stoppedRun = (changes: Partial<AnyRun> = {}): AnyRun =>
  ({ ...tableRun({}, { steps: 400 }), stopping: STOPPING, ...changes }) as AnyRun;

/**
 * An engine whose runs have the validation losses that `lossAt` gives, of both tasks or each, and the metrics `metricsAt`; it
 * keeps what it was asked to train.
 */
export function fakeStopping(
  lossAt: (step: number, id: string) => number | readonly number[],
  metricsAt: Readonly<Record<string, (step: number) => number>> = {},
) {
  const lossesAt = (step: number, id: string) => [lossAt(step, id)].flat().concat(lossAt(step, id)).slice(0, 2);
  const asked: AnyRun[][] = [];
  const resultOf = (one: AnyRun): RunResult => {
    const { steps, evalEvery } = one.training;
    const at = range(Math.ceil(steps / Number(evalEvery))).map((i) => Math.min(steps, (i + 1) * Number(evalEvery)));
    const failed = at.findIndex((step) => lossesAt(step, one.id).some(Number.isNaN));
    const kept = failed < 0 ? at : at.slice(0, failed);
    const losses = kept.map((step) => lossesAt(step, one.id));
    return {
      run: one,
      curve: { steps: kept, train: losses, heldout: losses },
      labelCorrelations: [0],
      diagnostics: {
        steps: kept,
        values: Object.fromEntries(Object.entries(metricsAt).map(([name, of]) => [name, kept.map(of)])),
      },
      elapsedMs: 1,
      device: "fake",
      ...(failed >= 0 && { failure: `loss is NaN at step ${at[failed]}` }),
    };
  };
  const train = async (runs: readonly AnyRun[], { onResult, onProgress }: Hooks) => {
    asked.push([...runs]);
    for (const one of runs) onProgress?.(one, one.training.steps / 2, Number.NaN);
    for (const one of runs) onResult(resultOf(one));
  };
  const engine = { name: "fake", device: "fake", keepsStates: false, train } as unknown as Engine;
  return { engine: withEarlyStopping(engine), asked };
}
