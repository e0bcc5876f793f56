import type { AnyRun, Engine } from "../engines/engine.ts";
import { evaluationCount } from "../engines/evaluations.ts";
import { groupBy } from "../stats/group-by.ts";

const TRIAL_MS = 250;
/** In a grid with more kinds of runs, their trials are shorter. */
const MOST_LONG_TRIALS = 4;
const LEAST_TRIAL_MS = 25;
const MOST_STEPS = 2 ** 16;
/** A forward pass costs about a third of a training step on as many rows. */
const FORWARD_SHARE = 1 / 3;

/** Wall time of training `runs` of one sweep on this machine while it is idle, in milliseconds, from short trials. */
export async function estimateMs(runs: readonly AnyRun[], engine: Engine): Promise<number> {
  const kinds = [...groupBy(runs, kindOf).values()];
  const trialMs = Math.max(LEAST_TRIAL_MS, TRIAL_MS / Math.ceil(kinds.length / MOST_LONG_TRIALS));
  let ms = 0;
  for (const alike of kinds) ms += await estimateAlikeMs(alike, engine, trialMs);
  return ms;
}

/** Settings that a run's time depends on, apart from its model: in a grid they may differ. */
export function kindOf({ training }: AnyRun): string {
  const { trainRows, sampling, batch, steps, optimizer, method, evalEvery, heldoutRows } = training;
  return JSON.stringify([trainRows, sampling, batch, steps, optimizer, method, evalEvery, heldoutRows]);
}

async function estimateAlikeMs(runs: readonly AnyRun[], engine: Engine, trialMs: number): Promise<number> {
  const [first] = runs as [AnyRun];
  const trial = await firstBegun(runs, engine);
  const ms = await stepMs(trial, engine, trialMs, engine.path(first) === "tfjs-eager" ? processorMs : wallMs);
  return (ms / trial.length) * stepsWorth(first) * runs.length;
}

const wallMs = () => performance.now();

/** For what one thread computes: other programs do not count. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** What a run takes, its evaluations too, in steps. */
export function stepsWorth({ training }: AnyRun): number {
  const { steps, batch, heldoutRows, trainRows } = training;
  const evaluatedRows = evaluationCount(training) * heldoutRows + (trainRows === "fresh" ? 0 : trainRows);
  return steps + (FORWARD_SHARE * evaluatedRows) / batch;
}

/** The runs that an engine begins with, shortened, until it has begun some of each model. */
async function firstBegun(runs: readonly AnyRun[], engine: Engine): Promise<AnyRun[]> {
  const begun: AnyRun[] = [];
  const models = new Set(runs.map(({ model }) => model.name));
  const noMore = new AbortController();
  const onBegin = (some: readonly AnyRun[]) => {
    begun.push(...some);
    for (const { model } of some) models.delete(model.name);
    if (models.size === 0) queueMicrotask(() => noMore.abort()); // once every worker has begun
  };
  await engine.train(shortened(runs, 1), { onBegin, noMore: noMore.signal, onResult: () => {} });
  return begun;
}

/**
 * Milliseconds that a step of all `runs` together takes: the difference of two lengths of training, which has no part
 * of what is paid once, such as the making of graphs. The difference is at least half of `trialMs`
 * and of the shorter one.
 */
export async function stepMs(
  runs: readonly AnyRun[],
  engine: Engine,
  trialMs = TRIAL_MS,
  clock = wallMs,
): Promise<number> {
  let before = await timed(runs, 1, engine, clock);
  for (let steps = 2; ; steps *= 2) {
    const elapsed = await timed(runs, steps, engine, clock);
    const more = elapsed - before; // below 0, if the machine was busier before
    if (more > Math.max(trialMs, before) / 2) return more / (steps / 2);
    if (steps >= MOST_STEPS) return elapsed / steps;
    before = elapsed;
  }
}

async function timed(runs: readonly AnyRun[], steps: number, engine: Engine, clock: () => number): Promise<number> {
  const short = shortened(runs, steps);
  const start = clock();
  await engine.train(short, { onResult: () => {} });
  return clock() - start;
}

/** These runs with that many steps, and next to no evaluation. */
export function shortened(runs: readonly AnyRun[], steps: number): AnyRun[] {
  const short = new Map<AnyRun["training"], AnyRun["training"]>(); // engines compare settings by identity first
  return runs.map((run) => {
    const training = short.get(run.training) ?? shortTraining(run, steps);
    short.set(run.training, training);
    return { ...run, training };
  });
}

function shortTraining({ training: { validationRows: _, ...training } }: AnyRun, steps: number): AnyRun["training"] {
  const trainRows = training.trainRows === "fresh" ? "fresh" : Math.min(training.trainRows, training.batch);
  return { ...training, steps, evalEvery: steps, heldoutRows: 1, trainRows };
}
