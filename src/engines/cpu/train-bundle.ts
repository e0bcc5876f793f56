import type { Run, RunResult } from "../engine.ts";
import { nextEvaluation } from "../evaluations.ts";
import { SLICE_ROWS } from "../rows/generator.ts";
import { planBundle } from "./bundle.ts";
import { BundleRows } from "./bundle-rows.ts";
import type { KernelInstance } from "./kernels.ts";
import type { Member } from "./member.ts";
import type { LabelPlan } from "./row-plan.ts";
import { Trainee } from "./trainee.ts";

export interface Watch {
  /** The bundle's run `i` has been trained for `step` steps. */
  onStep(i: number, step: number): void;
  /** Says whether to stop; called every tens of milliseconds. */
  isStopped(): boolean;
  readonly keepParameters: boolean;
}

/** Trains runs that share their rows, chunk after chunk of steps; returns nothing if stopped. */
export function trainBundle(memory: KernelInstance, runs: readonly Run[], watch: Watch): RunResult[] | undefined {
  if (watch.isStopped()) return undefined;
  const started = performance.now();
  const plan = planBundle(runs, memory.set);
  memory.reserve(plan.arena.bytes);
  plan.arena.writeTo(memory.memory);
  const first = runs[0] as Run;
  const rows = new BundleRows(memory, plan.rows, first);
  const trainees = runs.map((run, i) => {
    const [member, labels] = [plan.members[i] as Member, plan.labels[i] as LabelPlan];
    return new Trainee(memory, run, { member, labels, rows: plan.rows, pieceRows: plan.pieceRows });
  });
  if (!trainSteps(rows, trainees, plan.rows.chunkSteps, watch)) return undefined;
  const setLosses = trainingSetLosses(rows, plan.rows.chunk, trainees, watch);
  if (watch.isStopped()) return undefined;
  for (const [i, trainee] of trainees.entries()) trainee.judge(setLosses?.[i] ?? []);
  const elapsedMs = (performance.now() - started) / runs.length;
  return trainees.map((trainee, i) => ({
    run: trainee.run,
    curve: trainee.curve,
    labelCorrelations: rows.labelCorrelations(trainee.labels),
    elapsedMs,
    device: memory.set,
    ...(trainee.failure !== undefined && { failure: trainee.failure }),
    ...(setLosses && trainee.failure === undefined && { trainingSetLoss: setLosses[i] as number[] }),
    ...(watch.keepParameters && { parameters: trainee.parameters }),
  }));
}

/** All steps of a bundle: each run trains a chunk of them while its weights are in the cache. False if stopped. */
function trainSteps(bundleRows: BundleRows, trainees: readonly Trainee[], chunkSteps: number, watch: Watch): boolean {
  const { training } = (trainees[0] as Trainee).run;
  let evaluated = 0;
  for (let done = 0; done < training.steps; ) {
    const next = nextEvaluation(training, done);
    const count = Math.min(chunkSteps, next - done);
    bundleRows.load(done + 1, count);
    for (const [i, trainee] of trainees.entries()) {
      if (watch.isStopped()) return false;
      trainee.train(done, count);
      if (done + count === next) trainee.evaluate(next, next - evaluated);
      if (trainee.failure === undefined) watch.onStep(i, done + count);
    }
    done += count;
    if (done === next) evaluated = next;
    if (trainees.every(({ failure }) => failure !== undefined)) return true;
  }
  return true;
}

/** Each run's loss per task over the whole fixed training set, if there is one; of a part of it if stopped. */
function trainingSetLosses(
  bundleRows: BundleRows,
  x: number,
  trainees: readonly Trainee[],
  { isStopped }: Watch,
): number[][] | undefined {
  const { model, training } = (trainees[0] as Trainee).run;
  const { trainRows } = training;
  const labelBytes = 4 * model.tasks;
  if (trainRows === "fresh") return undefined;
  for (const trainee of trainees) trainee.takeErrors(1);
  for (let row = 0; row < trainRows && !isStopped(); row += SLICE_ROWS) {
    bundleRows.loadSlice(row);
    const rows = Math.min(SLICE_ROWS, trainRows - row);
    for (const trainee of trainees) trainee.addErrors(x, trainee.labels.train + row * labelBytes, rows);
  }
  return trainees.map((trainee) => trainee.takeErrors(trainRows));
}
