// What a run with early stopping trains: a try that is judged on its validation rows, then the run itself.
import { heldoutCount } from "../data/table.ts";
import type { AnyRun, FromTable, Stopping } from "../engines/engine.ts";
import { memo } from "../memo.ts";

/** Steps between two looks at the validation rows: a pass over the training rows, but no more than this. */
const MOST_BETWEEN = 500;

export type StoppedRun = AnyRun & FromTable & { readonly stopping: Stopping };

/** The most that runs train, as runs without early stopping: those that are stopped early are tried up to their limit. */
export function longestTrainings(runs: readonly AnyRun[]): AnyRun[] {
  return runs.flatMap((run) => {
    if (!isStopped(run)) return [run];
    const { until: _, ...tried } = validationRun(run);
    return [tried, withSteps(run, run.training.steps)];
  });
}

/** The most steps that a run trains, its try included. */
export function mostSteps(run: AnyRun): number {
  return (isStopped(run) ? 2 : 1) * run.training.steps;
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
export function validationRun(run: StoppedRun): AnyRun {
  const { diagnostics: _, stopping: until, ...rest } = run;
  const { validationRows: __, ...others } = run.training;
  const training = { ...others, ...partsOf(run), evalEvery: stepsBetween(run) };
  return { ...rest, until, data: validationData(run.data), training };
}

export function withSteps({ stopping: _, ...run }: StoppedRun, steps: number): AnyRun {
  return { ...run, training: { ...run.training, steps } };
}
