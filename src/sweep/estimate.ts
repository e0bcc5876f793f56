import type { Engine, Run } from "../engines/engine.ts";
import { groupBy } from "../stats/group-by.ts";

/** Runs of a trial: enough to fill an engine's group. */
const TRIAL_RUNS = 8;
const TRIAL_MS = 250;
const MOST_STEPS = 2 ** 16;
/** A forward pass costs about a third of a training step on as many rows. */
const FORWARD_SHARE = 1 / 3;

/** Wall time of training `runs` on this machine in milliseconds, extrapolated from a short trial of each model. */
export async function estimateMs(runs: readonly Run[], engine: Engine): Promise<number> {
  let total = 0;
  for (const ofModel of groupBy(runs, (run) => run.model.name).values()) {
    const trial = ofModel.slice(0, TRIAL_RUNS);
    const { steps, batch, evalEvery, heldoutRows, trainRows } = (trial[0] as Run).training;
    const evaluatedRows = Math.ceil(steps / evalEvery) * heldoutRows + (trainRows === "fresh" ? 0 : trainRows);
    const stepsWorth = steps + (FORWARD_SHARE * evaluatedRows) / batch;
    total += ((await stepMs(trial, engine)) / trial.length) * stepsWorth * ofModel.length;
  }
  return total;
}

/**
 * Milliseconds a step of all `runs` together: from two lengths of training, so that what is paid once falls out. The
 * longer one takes `trialMs` or more.
 */
export async function stepMs(runs: readonly Run[], engine: Engine, trialMs = TRIAL_MS): Promise<number> {
  let before = await timed(runs, 1, engine);
  for (let steps = 2; ; steps *= 2) {
    const elapsed = await timed(runs, steps, engine);
    if (elapsed > trialMs || steps >= MOST_STEPS) return Math.max(elapsed - before, 0) / (steps / 2);
    before = elapsed;
  }
}

async function timed(runs: readonly Run[], steps: number, engine: Engine): Promise<number> {
  const shortened = runs.map((run) => ({ ...run, training: shortTraining(run, steps) }));
  const start = performance.now();
  await engine.train(shortened, { onResult: () => {} });
  return performance.now() - start;
}

function shortTraining({ training }: Run, steps: number): Run["training"] {
  const trainRows = training.trainRows === "fresh" ? "fresh" : Math.min(training.trainRows, training.batch);
  return { ...training, steps, evalEvery: steps, heldoutRows: 1, trainRows };
}
