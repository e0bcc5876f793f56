// What a run's validation rows say of it: they are the last of its held-out rows.
import { tableSetOf } from "../data/table-set.ts";
import type { AnyRun, FromTable, Predictions } from "./engine.ts";
import { lossesOfTasks, summedLosses, type TaskLoss } from "./task-losses.ts";
import { testRows } from "./training-settings.ts";

/** Whether a run has validation rows. */
export function isValidated({ training }: Pick<AnyRun, "training">): boolean {
  return (training.validationRows ?? 0) > 0;
}

/** How a run's losses are taken, by the labels of its training rows. */
export function validationTasks(run: AnyRun & FromTable): TaskLoss[] {
  return lossesOfTasks(run, (k) => tableSetOf(run).labelsOf("train", k));
}

/** Mean losses [K] over the validation rows that have each task's label, in float64; NaN where none has. */
export function validationLosses(run: AnyRun, heldout: Predictions, tasks: readonly TaskLoss[]): number[] {
  const rows = rowsOfPart(run, heldout, "validation");
  const sums = summedLosses(rows, tasks, run.training.huberDelta);
  return Array.from(sums, (sum, k) => sum / rows.y.filter((y, i) => i % tasks.length === k && !Number.isNaN(y)).length);
}

/** The test rows, or the validation rows, of what a run predicts of its held-out rows. */
export function rowsOfPart(run: AnyRun, { outputs, y }: Predictions, part: "test" | "validation"): Predictions {
  const { training } = run;
  const [N, T] = [training.heldoutRows, testRows(training)];
  const [O, K] = [outputs.length / N, y.length / N];
  const [from, to] = part === "test" ? [0, T] : [T, N];
  return { outputs: outputs.subarray(from * O, to * O), y: y.subarray(from * K, to * K) };
}
