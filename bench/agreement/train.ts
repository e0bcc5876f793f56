import type { Engine, Run, RunResult } from "../../src/engines/engine.ts";
import { mean } from "../../src/stats/moments.ts";

/** Steps after which losses are compared; the last is a run's length. */
export const CHECKPOINTS = [1, 100, 1000] as const;
const EVAL_EVERY = 100;

/** Losses of one run. */
interface RunLosses {
  /** On held-out rows, of each task, after each of CHECKPOINTS. */
  readonly heldout: readonly (readonly number[])[];
  /** Over the whole training set after the last step, the mean over tasks. */
  readonly final: number;
}

/** Losses by the run's id. */
export type Trained = ReadonlyMap<string, RunLosses>;

/** Trains each run for its whole length, and again for one step: evaluating after each step would take longer. */
export async function trained(engine: Engine, runs: readonly Run[]): Promise<Trained> {
  const [once, whole] = [await resultsOf(engine, runs, 1), await resultsOf(engine, runs, CHECKPOINTS[2])];
  return new Map(runs.map(({ id }) => [id, lossesOf(once.get(id) as RunResult, whole.get(id) as RunResult)]));
}

/** The same runs with a learning rate that is larger by a float32's spacing, 1.2e-7 of it. */
export function lastBitOff(runs: readonly Run[]): Run[] {
  return runs.map((run) => ({ ...run, training: { ...run.training, lr: run.training.lr * (1 + 2 ** -23) } }));
}

async function resultsOf(engine: Engine, runs: readonly Run[], steps: number): Promise<Map<string, RunResult>> {
  const results = new Map<string, RunResult>();
  const training = { ...runs[0].training, steps, evalEvery: Math.min(steps, EVAL_EVERY) };
  const onResult = (result: RunResult) => {
    if (result.failure) throw new Error(`${engine.name}: run ${result.run.id}: ${result.failure}`);
    results.set(result.run.id, result);
  };
  const cut = runs.map((run) => ({ ...run, training }));
  await engine.train(cut, { onResult });
  return results;
}

function lossesOf(once: RunResult, { curve, trainingSetLoss }: RunResult): RunLosses {
  const heldout = [...once.curve.heldout, ...curve.heldout.filter((_, i) => isCheckpoint(curve.steps[i]))];
  return { heldout, final: mean(trainingSetLoss as readonly number[]) };
}

function isCheckpoint(step: number): boolean {
  return (CHECKPOINTS as readonly number[]).includes(step);
}
