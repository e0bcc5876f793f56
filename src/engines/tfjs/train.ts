import { TASKS } from "../../data/settings.ts";
import type { Rows } from "../../data/task-pair.ts";
import type { Hooks, Run, RunResult } from "../engine.ts";
import { CurveRecorder } from "./curve-recorder.ts";
import { type Feed, feedOf, measuredLabelCorrelation } from "./feed.ts";
import { Group } from "./group.ts";
import { EVALUATED_ROWS } from "./memory.ts";
import { Pace } from "./pace.ts";
import type { Tf } from "./tf.ts";

interface Replica {
  readonly run: Run;
  readonly feed: Feed;
  readonly record: CurveRecorder;
}

/**
 * Trains runs of one model and one setting together, a replica each, on what `device` names. Stopped by the signal, or
 * where it throws, it gives no result.
 */
export async function trainGroup(tf: Tf, device: string, runs: readonly Run[], hooks: Hooks): Promise<void> {
  const began = performance.now();
  const pace = new Pace(hooks.signal);
  const replicas = await replicasOf(runs, pace);
  if (pace.stopped) return;

  const group = new Group(tf, runs);
  try {
    await trainSteps(group, replicas, hooks, pace);
    const finals = await trainingSetLosses(group, replicas, pace);
    if (pace.stopped) return;

    const parameters = hooks.keepParameters ? group.parameters() : [];
    const elapsedMs = (performance.now() - began) / runs.length;
    for (const [r, replica] of replicas.entries())
      hooks.onResult({ ...resultOf(replica, finals[r], parameters[r]), elapsedMs, device });
  } finally {
    group.dispose();
  }
}

/** Makes the rows of each run, with a rest after each. */
async function replicasOf(runs: readonly Run[], pace: Pace): Promise<Replica[]> {
  const replicas: Replica[] = [];
  for (const run of runs) {
    if (pace.stopped) break;
    replicas.push({ run, feed: feedOf(run), record: new CurveRecorder(run.model.tasks) });
    await pace.rest();
  }
  return replicas;
}

/** All steps, or those up to the last failure once every run has failed. */
async function trainSteps(group: Group, replicas: readonly Replica[], hooks: Hooks, pace: Pace): Promise<void> {
  const { training } = (replicas[0] as Replica).run;
  const batchOf = batches(replicas);
  let recorded = 0;
  for (let step = 1; step <= training.steps && !pace.stopped; step++) {
    group.step(batchOf(step), step);
    const evaluates = step % training.evalEvery === 0 || step === training.steps;
    if (!evaluates && !pace.due) continue;

    addBatches(replicas, await group.takeLosses(), recorded + 1);
    recorded = step;
    if (evaluates) await evaluate(group, replicas, step, pace);
    const live = replicas.filter(({ record }) => !record.failure);
    if (live.length === 0) return;
    for (const { run } of live) hooks.onProgress?.(run, step);
    await pace.rest();
  }
}

/** The rows of a step: x [R, B, D], y [R, B, K], in buffers that the next step overwrites. */
function batches(replicas: readonly Replica[]): (step: number) => Rows {
  const { model, training } = (replicas[0] as Replica).run;
  const [xSize, ySize] = [training.batch * model.inputs, training.batch * TASKS];
  const x = new Float32Array(replicas.length * xSize);
  const y = new Float32Array(replicas.length * ySize);
  return (step) => {
    for (const [r, { feed }] of replicas.entries())
      feed.batchInto(x.subarray(r * xSize, (r + 1) * xSize), y.subarray(r * ySize, (r + 1) * ySize), step);
    return { x, y };
  };
}

/** Records batch losses [steps, R, K], the first of them of step `from`. */
function addBatches(replicas: readonly Replica[], losses: Float32Array, from: number): void {
  for (let at = 0, step = from; at < losses.length; step++) {
    for (const { record } of replicas) {
      record.addBatch(losses.subarray(at, at + TASKS), step);
      at += TASKS;
    }
  }
}

async function evaluate(group: Group, replicas: readonly Replica[], step: number, pace: Pace): Promise<void> {
  const losses = await lossesOver(
    group,
    replicas.map(({ feed }) => feed.heldout),
    pace,
  );
  for (const [r, { record }] of replicas.entries()) record.addEvaluation(losses[r] as number[], step);
}

/** Each replica's losses [K] over its whole fixed training set; none where rows are fresh or every run has failed. */
async function trainingSetLosses(group: Group, replicas: readonly Replica[], pace: Pace): Promise<number[][]> {
  const sets = replicas.flatMap(({ feed }) => feed.trainingSet ?? []);
  const failed = replicas.every(({ record }) => record.failure);
  return sets.length === 0 || failed ? [] : lossesOver(group, sets, pace);
}

/** Mean squared errors [R][K] over a set of rows a replica, all of one size. */
async function lossesOver(group: Group, sets: readonly Rows[], pace: Pace): Promise<number[][]> {
  const rows = (sets[0] as Rows).y.length / TASKS;
  const sums = sets.map(() => new Array<number>(TASKS).fill(0));
  for (let from = 0; from < rows && !pace.stopped; from += EVALUATED_ROWS) {
    const errors = await group.squaredErrors(sets, from, Math.min(from + EVALUATED_ROWS, rows));
    for (const [r, sum] of sums.entries())
      for (let k = 0; k < TASKS; k++) sum[k] = (sum[k] as number) + (errors[r * TASKS + k] as number);
    if (pace.due) await pace.rest();
  }
  return sums.map((sum) => sum.map((value) => value / rows));
}

function resultOf({ run, feed, record }: Replica, trainingSetLoss?: number[], parameters?: Float32Array) {
  const { steps, train, heldout, failure } = record;
  return {
    run,
    curve: { steps, train, heldout },
    labelCorrelation: measuredLabelCorrelation(feed),
    ...(failure ? { failure } : trainingSetLoss && { trainingSetLoss }),
    ...(!failure && parameters && { parameters }),
  } satisfies Partial<RunResult>;
}
