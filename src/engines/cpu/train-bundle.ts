import type { Run, RunResult } from "../engine.ts";
import { planBundle } from "./bundle.ts";
import { Data } from "./data.ts";
import { LABEL_PANEL, type LabelPlan, SLICE_PANELS } from "./data-plan.ts";
import type { Machine } from "./kernels.ts";
import { PANEL_ROWS } from "./panels.ts";
import { Trainee } from "./trainee.ts";

/** What computes. */
export const DEVICE = "wasm";

export interface Watch {
  /** The bundle's run `i` has been trained for `step` steps. */
  onStep(i: number, step: number): void;
  /** Asked often, tens of milliseconds apart: whether to give up. */
  isStopped(): boolean;
  readonly keepParameters: boolean;
}

/** Trains runs that share their rows, chunk after chunk of steps; gives nothing if stopped. */
export function trainBundle(machine: Machine, runs: readonly Run[], watch: Watch): RunResult[] | undefined {
  if (watch.isStopped()) return undefined;
  const started = performance.now();
  const plan = planBundle(runs);
  machine.reserve(plan.arena.bytes);
  plan.arena.writeTo(machine.memory);
  const first = runs[0] as Run;
  const data = new Data(machine, plan.data, first);
  const trainees = runs.map((run, i) => {
    const labels = plan.data.labels.find(({ correlation }) => correlation === run.correlation) as LabelPlan;
    const member = plan.members[i] as (typeof plan.members)[number];
    return new Trainee(machine, run, { member, labels, data: plan.data, pieceRows: plan.pieceRows });
  });
  if (!trainSteps(data, trainees, plan.data.chunkSteps, watch)) return undefined;
  const setLosses = trainingSetLosses(data, plan.data.chunk, trainees, watch);
  if (watch.isStopped()) return undefined;
  const elapsedMs = (performance.now() - started) / runs.length;
  return trainees.map((trainee, i) => ({
    run: trainee.run,
    curve: trainee.curve,
    labelCorrelations: [data.labelCorrelation(trainee.labels)],
    elapsedMs,
    device: DEVICE,
    ...(trainee.failure !== undefined && { failure: trainee.failure }),
    ...(setLosses && trainee.failure === undefined && { trainingSetLoss: setLosses[i] as number[] }),
    ...(watch.keepParameters && { parameters: trainee.parameters }),
  }));
}

/** All steps of a bundle: each run trains a chunk of them while its weights are in the cache. False if stopped. */
function trainSteps(data: Data, trainees: readonly Trainee[], chunkSteps: number, watch: Watch): boolean {
  const { steps, evalEvery } = (trainees[0] as Trainee).run.training;
  let evaluated = 0;
  for (let done = 0; done < steps; ) {
    const next = Math.min(steps, evaluated + evalEvery);
    const count = Math.min(chunkSteps, next - done);
    data.load(done + 1, count);
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
  data: Data,
  x: number,
  trainees: readonly Trainee[],
  { isStopped }: Watch,
): number[][] | undefined {
  const { trainRows } = (trainees[0] as Trainee).run.training;
  if (trainRows === "fresh") return undefined;
  for (const trainee of trainees) trainee.takeErrors(1);
  for (let row = 0; row < trainRows && !isStopped(); row += SLICE_PANELS * PANEL_ROWS) {
    data.loadSlice(row / PANEL_ROWS);
    const rows = Math.min(SLICE_PANELS * PANEL_ROWS, trainRows - row);
    for (const trainee of trainees) trainee.addErrors(x, trainee.labels.train + (row / PANEL_ROWS) * LABEL_PANEL, rows);
  }
  return trainees.map((trainee) => trainee.takeErrors(trainRows));
}
