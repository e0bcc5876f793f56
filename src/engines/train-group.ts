import type { RowSet } from "../data/streams.ts";
import { CurveRecorder } from "./curve-recorder.ts";
import { DiagnosticRecorder, hasMetrics } from "./diagnosing.ts";
import { isEnough } from "./early-stop.ts";
import {
  type AnyRun,
  type Hooks,
  type Keeping,
  lossFailure,
  type Predictions,
  type RunResult,
  type RunState,
} from "./engine.ts";
import { nextEvaluation } from "./evaluations.ts";
import { type LabelCounts, labelCounts } from "./label-counts.ts";
import { isValidated, lossesOfTasks, type TaskLoss, validationLosses } from "./task-losses.ts";
import type { Trainer } from "./trainer.ts";
import { firstEvaluated, testRows } from "./training-settings.ts";
import { Yielder } from "./yielder.ts";

interface Replica {
  readonly run: AnyRun;
  readonly counts: LabelCounts;
  readonly record: CurveRecorder;
  readonly diagnosing: DiagnosticRecorder;
  readonly labelCorrelations: readonly number[];
  /** How losses on validation rows are taken; undefined without such rows. */
  readonly tasks: readonly TaskLoss[] | undefined;
}

/** Runs that train together, each on the rows of its place among the trainer's sources; places repeat by models. */
interface Together {
  readonly runs: readonly AnyRun[];
  readonly places: readonly number[];
}

/** How a group's runs are computed; undefined if it is stopped while its rows are made. */
export type CreateTrainer<G> = (group: G, yielder: Yielder) => Promise<Trainer | undefined>;

/** Trains a group. If the signal stops it, it has no result. A run that is alone is kept, if the hooks ask for it. */
export async function trainGroup<G extends Together>(
  createTrainer: CreateTrainer<G>,
  group: G,
  hooks: Hooks,
  device: string,
): Promise<void> {
  const began = performance.now();
  const yielder = new Yielder(hooks.signal);
  const trainer = await createTrainer(group, yielder);
  if (!trainer) return;
  const keeper = trainer.save && hooks.keeping && new RunKeeper(group.runs[0], hooks.keeping);

  try {
    const replicas = replicasOf(group, trainer, keeper?.state);
    await trainSteps(trainer, replicas, hooks, { yielder, keeper });
    const finals = await trainingSetLosses(trainer, replicas, yielder);
    if (yielder.stopped) return;

    const K = tasksOf(replicas);
    const parameters = hooks.keepParameters ? trainer.parameters() : [];
    const tensors = hooks.keepParameters ? ((await trainer.tensors?.()) ?? []) : [];
    const predictions = hooks.keepPredictions ? await trainer.heldout() : [];
    const elapsedMs = keeper?.elapsedMs ?? (performance.now() - began) / group.runs.length;
    for (const [r, replica] of replicas.entries())
      hooks.onResult({
        ...resultOf(replica, finals.slice(r * K, (r + 1) * K), {
          parameters: parameters[r],
          tensors: tensors[r],
          predictions: predictions[r],
        }),
        elapsedMs,
        device,
      });
  } finally {
    trainer.dispose();
  }
}

/** Each run's record, with the label correlations of its rows. */
function replicasOf(
  { runs, places }: Together,
  { labelCorrelations }: Trainer,
  state: RunState | undefined,
): Replica[] {
  return runs.map((run, i) => {
    const counts = labelCounts(run);
    return {
      run,
      counts,
      record: new CurveRecorder(run, counts, state),
      diagnosing: new DiagnosticRecorder(run, state?.diagnostics),
      tasks: isValidated(run) ? lossesOfTasks(run) : undefined,
      labelCorrelations: labelCorrelations[places[i % places.length]],
    };
  });
}

/** K: the runs of a group have the same rows, or as many tasks. */
function tasksOf(replicas: readonly Replica[]): number {
  return replicas[0].run.model.tasks;
}

/** All steps, or those up to the last failure or stop once every run has failed or was stopped early. */
async function trainSteps(
  trainer: Trainer,
  replicas: readonly Replica[],
  hooks: Hooks,
  { yielder, keeper }: { readonly yielder: Yielder; readonly keeper: RunKeeper | undefined },
): Promise<void> {
  const { training } = replicas[0].run;
  let done = keeper?.state?.step ?? 0;
  const add = (losses: Float32Array) => {
    addBatches(replicas, losses, done + 1);
    done += losses.length / (replicas.length * tasksOf(replicas));
  };
  while (done < training.steps && !(yielder.stopped && keeper === undefined)) {
    const evaluation = nextEvaluation(training, done);
    add(await trainer.train(done + 1, evaluation));
    const stops = yielder.stopped;
    const keeps = keeper?.isDue(stops) ?? false;
    if (keeps && trainer.settle) add(await trainer.settle());
    if (done === evaluation)
      await evaluate(
        trainer,
        replicas,
        { step: done, measure: hooks.measure },
        keeps ? new Yielder(undefined) : yielder,
      );

    const live = replicas.filter(
      ({ run, record, diagnosing }) =>
        !record.failure && !isEnough(run, { curve: record.curve, diagnostics: diagnosing.diagnostics }),
    );
    if (live.length === 0) return void (await trainer.settle?.());
    if (keeps) await keeper?.keep(trainer, replicas[0], done);
    if (stops) return;
    for (const { run, record } of live) hooks.onProgress?.(run, done, record.latest);
    await yielder.rest();
  }
}

/** Records batch losses [steps, N, K], the first of them of step `from`. */
function addBatches(replicas: readonly Replica[], losses: Float32Array, from: number): void {
  const K = tasksOf(replicas);
  for (let at = 0, step = from; at < losses.length; step++) {
    for (const { record } of replicas) {
      record.addBatch(losses.subarray(at, at + K), step);
      at += K;
    }
  }
}

/** The number of steps done, and how the user's metrics are measured. */
type Evaluated = { readonly step: number; readonly measure: Hooks["measure"] };

async function evaluate(
  trainer: Trainer,
  replicas: readonly Replica[],
  { step, measure }: Evaluated,
  yielder: Yielder,
): Promise<void> {
  const first = replicas[0];
  const { training } = first.run;
  const firstRow = firstEvaluated(training, step);
  const losses = await lossesOver(
    trainer,
    replicas,
    { set: "heldout", from: firstRow, to: testRows(training) },
    yielder,
  );
  const K = tasksOf(replicas);
  const isLive = replicas.some(({ record }) => !record.failure);
  const heldout = isLive && isValidated(first.run) ? await trainer.heldout(firstRow) : undefined;
  for (const [r, { run, record, tasks }] of replicas.entries()) {
    const validation = () => heldout && tasks && validationLosses(run, heldout[r], tasks);
    record.addEvaluation(losses.slice(r * K, (r + 1) * K), step, validation);
  }
  await diagnose(trainer, replicas, { step, measure, from: firstRow, heldout }, yielder);
}

/** Measures the runs that are due and have not failed, one after the other. */
async function diagnose(
  trainer: Trainer,
  replicas: readonly Replica[],
  {
    step,
    measure,
    from,
    heldout: predicted,
  }: Evaluated & { readonly from: number; readonly heldout: readonly Predictions[] | undefined },
  yielder: Yielder,
): Promise<void> {
  const isDue = ({ record, diagnosing }: Replica) => !record.failure && diagnosing.isDue(step);
  let parameters: Float32Array[] | undefined;
  const parametersOf = (r: number) => {
    parameters ??= trainer.parameters();
    return parameters[r];
  };
  const needed = replicas.some((replica) => isDue(replica) && hasMetrics(replica.run));
  const heldout = needed ? (predicted ?? (await trainer.heldout(from))) : [];
  for (const [r, replica] of replicas.entries()) {
    if (yielder.stopped) return;
    if (isDue(replica)) {
      const { run, record, diagnosing } = replica;
      const own = heldout[r] && (await measure?.(run, step, heldout[r]));
      if (typeof own === "string") record.failure = own;
      else
        diagnosing.add(
          step,
          () => parametersOf(r),
          () => heldout[r],
          own,
        );
    }
    if (yielder.due) await yielder.rest();
  }
}

/** Each run's losses over its whole fixed training set, [N * K]; none if rows are fresh or every run has failed. */
async function trainingSetLosses(trainer: Trainer, replicas: readonly Replica[], yielder: Yielder): Promise<number[]> {
  const { trainRows } = replicas[0].run.training;
  const failed = replicas.every(({ record }) => record.failure);
  return trainRows === "fresh" || failed
    ? []
    : lossesOver(trainer, replicas, { set: "train", from: 0, to: trainRows }, yielder);
}

/** Mean losses over those of some rows of a set that have a label, [N * K]; meaningless once stopped. */
async function lossesOver(
  trainer: Trainer,
  replicas: readonly Replica[],
  { set, from: first, to: end }: { readonly set: RowSet; readonly from: number; readonly to: number },
  yielder: Yielder,
): Promise<number[]> {
  let total: number[] = [];
  for (let from = first; from < end && !yielder.stopped; ) {
    const { sums, to } = await trainer.lossSums(set, from, end);
    total = Array.from(sums, (sum, i) => sum + (total[i] ?? 0));
    from = to;
    if (yielder.due) await yielder.rest();
  }
  const counts = replicas.flatMap((replica) => replica.counts.rows(set, first));
  return total.map((sum, i) => sum / counts[i]);
}

/** What the hooks ask of a run at its end. */
type KeptOf = { readonly [Key in "parameters" | "tensors" | "predictions"]: RunResult[Key] | undefined };

function resultOf(
  { run, record, diagnosing, labelCorrelations }: Replica,
  trainingSetLoss: number[],
  { parameters, tensors, predictions }: KeptOf,
) {
  const failure = record.failureAtEnd ?? lossFailure(trainingSetLoss, run.training.steps);
  return {
    run,
    curve: record.curve,
    labelCorrelations,
    ...(diagnosing.diagnostics && { diagnostics: diagnosing.diagnostics }),
    ...(failure ? { failure } : trainingSetLoss.length > 0 && { trainingSetLoss }),
    ...(!failure && parameters && { parameters }),
    ...(!failure && tensors && { tensors }),
    ...(!failure && predictions && { predictions }),
  } satisfies Partial<RunResult>;
}

/** Keeps a run in flight that trains alone: now and then, and when it is stopped. */
class RunKeeper {
  readonly #run: AnyRun;
  readonly #keeping: Keeping;
  readonly #began = performance.now();
  #last = performance.now();

  constructor(run: AnyRun, keeping: Keeping) {
    this.#run = run;
    this.#keeping = keeping;
  }

  get state(): RunState | undefined {
    return this.#keeping.states.get(this.#run.id);
  }

  /** The run's time, with that of earlier processes. */
  get elapsedMs(): number {
    return performance.now() - this.#began + (this.state?.elapsedMs ?? 0);
  }

  isDue(stopped: boolean): boolean {
    return stopped || performance.now() - this.#last > this.#keeping.everyMs;
  }

  /** Tells the state after `step`, which the trainer has settled on. */
  async keep(
    trainer: Trainer,
    { record: { curve, sums }, diagnosing: { diagnostics } }: Replica,
    step: number,
  ): Promise<void> {
    const values = await trainer.save?.();
    this.#last = performance.now();
    if (values === undefined) return;
    this.#keeping.onState(this.#run, {
      step,
      values: [values],
      noBias: [],
      powers: [1, 1],
      sums,
      curve,
      elapsedMs: this.elapsedMs,
      ...(diagnostics && { diagnostics }),
    });
  }
}
