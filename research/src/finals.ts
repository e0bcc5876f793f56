import { configAt } from "../../src/config/config.ts";
import type { Results } from "../../src/records/read-results.ts";
import { curveLosses, type RunRecord, tasksOf } from "../../src/records/record.ts";
import { settingOf, type Trained } from "./curves.ts";

/** How a run of the search ended: losses of each task, [K]. */
export interface RunFinal extends Trained {
  readonly run: number;
  readonly steps: number;
  /** Running means at the last step. */
  readonly running: readonly number[];
  /** Mean training losses since the evaluation nearest to half of training. */
  readonly late: readonly number[];
}

/** The finals of a sweep's runs. Runs that failed are left out. */
export function runFinals({ config, records }: Results): RunFinal[] {
  return records
    .filter(({ status }) => status === "done")
    .map((record) => {
      const { model, run, steps, lr } = record;
      const correlation = record.correlation as number; // calibration is of the generator
      const setting = settingOf(configAt(config, record.point));
      return { ...setting, lr, model, correlation, run, steps, ...endOf(record) };
    });
}

function endOf(record: RunRecord): Pick<RunFinal, "running" | "late"> {
  const K = tasksOf(record);
  const means = curveLosses(record, "running"); // [evaluations, K]
  const { steps } = record.curve;
  const fromHalf = steps.map((step) => Math.abs(step - record.steps / 2));
  const [last, half] = [steps.length - 1, fromHalf.indexOf(Math.min(...fromHalf))];
  const sum = (i: number, k: number) => means[i * K + k] * steps[i];
  const since = record.steps - steps[half];
  const tasks = Array.from({ length: K }, (_, k) => k);
  return {
    running: tasks.map((k) => sum(last, k) / record.steps),
    late: tasks.map((k) => (sum(last, k) - sum(half, k)) / since),
  };
}

/**
 * What the running means [K] of a run are after `end` steps, with its late losses for all steps since half of training: a
 * run that is shorter is continued as if it learned nothing more, which is too high a loss if it does. Throws RangeError
 * for an end before half of training.
 */
export function runningAt({ steps, running, late }: RunFinal, end: number): number[] {
  if (end < steps / 2) throw new RangeError(`runningAt: expected at least half of ${steps} steps, got ${end}`);
  return running.map((mean, k) => (mean * steps + late[k] * (end - steps)) / end);
}

/** Which numbers of a run the paper's figures show: the sum or mean of both tasks' losses, or each task's by itself. */
export const READINGS = {
  sum: (losses: readonly number[]) => [losses.reduce((sum, loss) => sum + loss, 0)],
  mean: (losses: readonly number[]) => [losses.reduce((sum, loss) => sum + loss, 0) / losses.length],
  one: (losses: readonly number[]) => losses,
} as const;

export type Reading = keyof typeof READINGS;
