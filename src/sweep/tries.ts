// What a run with early stopping trains: tries on its validation rows, each for twice the steps of the one before, then all of its rows.
import { heldoutCount } from "../data/table.ts";
import type { AnyRun, FromTable, Stopping } from "../engines/engine.ts";
import { memo } from "../memo.ts";

/** Steps between two looks at the validation rows: a pass over the training rows, but no more than this. */
const MOST_BETWEEN = 500;

/** The first try has this many times the looks that patience alone would take; each later one has twice the steps. */
const FIRST_TRY = 3;

export type StoppedRun = AnyRun & FromTable & { readonly stopping: Stopping };

export function firstTry(run: StoppedRun): number {
  return Math.min(run.training.steps, FIRST_TRY * run.stopping.patience * stepsBetween(run));
}

export function nextTry(run: StoppedRun, steps: number): number {
  return Math.min(run.training.steps, 2 * steps);
}

/** The most that runs train, as runs without early stopping: those that are stopped early are tried up to their limit. */
export function longestTrainings(runs: readonly AnyRun[]): AnyRun[] {
  return runs.flatMap((run) => {
    if (!isStopped(run)) return [run];
    return [...tries(run).map((steps) => validationRun(run, steps)), withSteps(run, run.training.steps)];
  });
}

/** The most steps that a run trains, its tries included. */
export function mostSteps(run: AnyRun): number {
  const tried = isStopped(run) ? tries(run) : [];
  return tried.reduce((sum, steps) => sum + steps, run.training.steps);
}

/** The steps of each try, up to the limit. */
function tries(run: StoppedRun): number[] {
  let steps = firstTry(run);
  const all = [steps];
  while (steps < run.training.steps) {
    steps = nextTry(run, steps);
    all.push(steps);
  }
  return all;
}

export function isStopped(run: AnyRun): run is StoppedRun {
  return run.stopping !== undefined;
}

/** Numbers of rows that a try trains on and is validated on: without validation rows, both are of the run's training rows. */
function partsOf({ training, stopping }: StoppedRun): { trainRows: number; heldoutRows: number } {
  const all = Number(training.trainRows);
  if (training.validationRows) return { trainRows: all, heldoutRows: training.validationRows };
  const heldoutRows = heldoutCount(all, stopping.validation);
  return { trainRows: all - heldoutRows, heldoutRows };
}

export function stepsBetween(run: StoppedRun): number {
  return Math.min(MOST_BETWEEN, Math.ceil(partsOf(run).trainRows / run.training.batch));
}

/** Equal settings stay one object: engines group many runs by them. */
const validationData = memo((data: FromTable["data"]): FromTable["data"] => ({ ...data, validates: true }));

/** The run on a part of its training rows, with the others in place of its held-out rows, which it never sees. */
export function validationRun(run: StoppedRun, steps: number): AnyRun {
  const { diagnostics: _, stopping: __, ...rest } = run;
  const { validationRows: ___, ...others } = run.training;
  const training = { ...others, ...partsOf(run), steps, evalEvery: stepsBetween(run) };
  return { ...rest, data: validationData(run.data), training };
}

export function withSteps({ stopping: _, ...run }: StoppedRun, steps: number): AnyRun {
  return { ...run, training: { ...run.training, steps } };
}
