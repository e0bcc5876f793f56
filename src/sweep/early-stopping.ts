// Runs whose number of steps is chosen on a part of their training rows: any engine trains them, in two phases.
import { heldoutCount } from "../data/table.ts";
import type { AnyRun, Engine, FromTable, Hooks, RunResult, Stopping } from "../engines/engine.ts";
import { memo } from "../memo.ts";

/** Steps between two looks at the validation rows: a pass over the training rows, but no more than this. */
const MOST_BETWEEN = 500;

/** The first try has this many times the looks that patience alone would take; each later one has twice the steps. */
const FIRST_TRY = 3;

/** Runs that choose their steps together: if the sweep is stopped, no more choices are lost. */
export const TOGETHER = 32;

type StoppedRun = AnyRun & FromTable & { readonly stopping: Stopping };

/** The same engine, which chooses the number of steps of runs that are stopped early. */
export function withEarlyStopping(engine: Engine): Engine {
  return {
    name: engine.name,
    device: engine.device,
    get libraries() {
      return engine.libraries ?? {};
    },
    get deterministic() {
      return engine.deterministic ?? {};
    },
    ...(engine.beside && { beside: engine.beside }),
    ...(engine.workers !== undefined && { workers: engine.workers }),
    keepsStates: engine.keepsStates,
    path: (run) => engine.path(run),
    check: (run) => engine.check(run),
    prepare: async (models, signal) => engine.prepare?.(models, signal),
    train: (runs, hooks) => trainStopped(engine, runs, hooks),
    memoryBytes: (runs) => engine.memoryBytes(runs),
    dispose: () => engine.dispose(),
  };
}

async function trainStopped(engine: Engine, runs: readonly AnyRun[], hooks: Hooks): Promise<void> {
  const stopped = runs.filter(isStopped);
  const others = runs.filter((run) => !isStopped(run));
  if (others.length > 0) await engine.train(others, hooks);
  for (let at = 0; at < stopped.length && !hooks.signal?.aborted && !hooks.noMore?.aborted; at += TOGETHER) {
    const chosen = await chooseSteps(engine, stopped.slice(at, at + TOGETHER), hooks);
    if (hooks.signal?.aborted) return;
    const lossOf = new Map(chosen.map(({ run, loss }) => [run.id, loss]));
    const onResult: Hooks["onResult"] = (result) => {
      const validationLoss = lossOf.get(result.run.id) as number;
      hooks.onResult({ ...result, measures: { ...result.measures, validationLoss } });
    };
    if (chosen.length > 0)
      await engine.train(
        chosen.map(({ run }) => run),
        { ...hooks, onResult },
      );
  }
}

/** A run with its chosen number of steps, and the lowest validation loss, which it was chosen by. */
interface Chosen {
  readonly run: AnyRun;
  readonly loss: number;
}

/** A run to be tried for this many steps. */
interface Try {
  readonly run: StoppedRun;
  readonly steps: number;
  /** Steps of the tries before it. */
  readonly before: number;
}

/** Tries runs on their validation rows, each for as long as its patience asks. A run that fails before it is evaluated ends so. */
async function chooseSteps(engine: Engine, runs: readonly StoppedRun[], hooks: Hooks): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  let left = runs.map((run): Try => ({ run, steps: firstTry(run), before: 0 }));
  for (const run of runs) hooks.onChoosing?.(run, 0);
  while (left.length > 0 && !hooks.signal?.aborted) {
    const again: Try[] = [];
    const byId = new Map(left.map((one) => [one.run.id, one]));
    await engine.train(
      left.map(({ run, steps }) => validationRun(run, steps)),
      {
        ...quiet(hooks),
        onProgress: ({ id }, step) => {
          const { run, before } = byId.get(id) as Try;
          hooks.onChoosing?.(run, before + step);
        },
        onResult: (result) => {
          const { run, steps, before } = byId.get(result.run.id) as Try;
          const best = bestStep(result, run.stopping.patience);
          if (best === undefined) hooks.onResult(failedBefore(result, run));
          else if (best.isSure || steps >= run.training.steps || result.failure !== undefined) {
            chosen.push({ run: withSteps(run, best.step), loss: best.loss });
            hooks.onChoosing?.(run, before + steps, best.step);
          } else again.push({ run, steps: nextTry(run, steps), before: before + steps });
        },
      },
    );
    left = again;
  }
  return chosen;
}

/** Signals and beginnings reach the caller; states and parameters of a try do not. */
function quiet({ signal, noMore, onBegin }: Hooks): Omit<Hooks, "onResult"> {
  return { ...(signal && { signal }), ...(noMore && { noMore }), ...(onBegin && { onBegin }) };
}

function firstTry(run: StoppedRun): number {
  return Math.min(run.training.steps, FIRST_TRY * run.stopping.patience * stepsBetween(run));
}

function nextTry(run: StoppedRun, steps: number): number {
  return Math.min(run.training.steps, 2 * steps);
}

/** The most that runs train, as runs without early stopping: those that are stopped early are tried up to their limit. */
export function longestTrainings(runs: readonly AnyRun[]): AnyRun[] {
  return runs.flatMap((run) => {
    if (!isStopped(run)) return [run];
    const tries: AnyRun[] = [];
    for (let steps = 0; steps < run.training.steps; ) {
      steps = steps === 0 ? firstTry(run) : nextTry(run, steps);
      tries.push(validationRun(run, steps));
    }
    return [...tries, withSteps(run, run.training.steps)];
  });
}

/** The most steps that a run trains, its tries included. */
export function mostSteps(run: AnyRun): number {
  if (!isStopped(run)) return run.training.steps;
  return longestTrainings([run]).reduce((sum, { training }) => sum + training.steps, 0);
}

function isStopped(run: AnyRun): run is StoppedRun {
  return run.stopping !== undefined;
}

/** Numbers of a run's training rows that it trains on and that it is validated on. */
function partsOf({ training, stopping }: StoppedRun): { trainRows: number; heldoutRows: number } {
  const all = Number(training.trainRows);
  const heldoutRows = heldoutCount(all, stopping.validation);
  return { trainRows: all - heldoutRows, heldoutRows };
}

function stepsBetween(run: StoppedRun): number {
  return Math.min(MOST_BETWEEN, Math.ceil(partsOf(run).trainRows / run.training.batch));
}

/** Equal settings stay one object: engines group many runs by them. */
const validationData = memo((data: FromTable["data"]): FromTable["data"] => ({ ...data, validates: true }));

/** The run on a part of its training rows, with the others in place of its held-out rows, which it never sees. */
function validationRun(run: StoppedRun, steps: number): AnyRun {
  const { diagnostics: _, stopping: __, ...rest } = run;
  const training = { ...run.training, ...partsOf(run), steps, evalEvery: stepsBetween(run) };
  return { ...rest, data: validationData(run.data), training };
}

function withSteps({ stopping: _, ...run }: StoppedRun, steps: number): AnyRun {
  return { ...run, training: { ...run.training, steps } };
}

/** The look with the lowest loss, mean over tasks, before `patience` looks in a row were no better; undefined without any. */
function bestStep({ curve }: RunResult, patience: number): { step: number; loss: number; isSure: boolean } | undefined {
  const losses = curve.heldout.map((tasks) => tasks.reduce((sum, loss) => sum + loss, 0) / tasks.length);
  let best = 0;
  for (const [i, loss] of losses.entries()) {
    if (loss < (losses[best] as number)) best = i;
    if (i - best >= patience) return { step: curve.steps[best] as number, loss: losses[best] as number, isSure: true };
  }
  const step = curve.steps[best];
  return step === undefined ? undefined : { step, loss: losses[best] as number, isSure: false };
}

function failedBefore(result: RunResult, run: StoppedRun): RunResult {
  const failure = (result.failure ?? "no evaluation").replace("held-out", "validation");
  return { ...result, run, failure };
}
