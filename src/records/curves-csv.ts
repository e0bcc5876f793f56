import { groupBy } from "../stats/group-by.ts";
import { mean, quantileSorted } from "../stats/moments.ts";
import { type LossSet, type RunRecord, taskLosses } from "./record.ts";
import { toCsv } from "./runs-csv.ts";

/**
 * `curves.csv`: loss against steps for each model, correlation and task (`1`, `2`, or `mean` over tasks): mean, median
 * and quartiles over the runs that reached the step. Figures 3 and 4 are drawn from it.
 */
export function curvesCsv(records: readonly RunRecord[]): string {
  return toCsv(cellsOf(records).flatMap(cellRows));
}

/** `curves-long.csv`: every run's losses at every evaluation. */
export function longCurvesCsv(records: readonly RunRecord[]): string {
  return toCsv(
    records.flatMap(({ id, model, correlation, run, curve }) =>
      curve.steps.map((step, i) => ({
        id,
        model,
        correlation,
        run,
        step,
        ...taskColumns("trainLoss", curve.train[i] as readonly number[]),
        ...taskColumns("heldoutLoss", curve.heldout[i] as readonly number[]),
      })),
    ),
  );
}

function taskColumns(name: string, losses: readonly number[]): Record<string, number> {
  return Object.fromEntries(losses.map((loss, k) => [`${name}${k + 1}`, loss]));
}

/** The records of each (model, correlation), cells in the order of their first record. */
export function cellsOf(records: readonly RunRecord[]): RunRecord[][] {
  return [...groupBy(records, ({ model, correlation }) => `${model} ${correlation}`).values()];
}

function cellRows(cell: readonly RunRecord[]): Record<string, string | number>[] {
  const { model, correlation } = cell[0] as RunRecord;
  const longest = cell.reduce((a, b) => (b.curve.steps.length > a.curve.steps.length ? b : a)).curve.steps;
  const tasks = ["mean", "1", "2"];
  return tasks.flatMap((task, index) =>
    longest.map((step, i) => {
      const reached = cell.filter((record) => record.curve.steps[i] === step);
      return {
        model,
        correlation,
        task,
        step,
        runs: reached.length,
        ...summaryColumns("train", losses(reached, "train", i, index)),
        ...summaryColumns("heldout", losses(reached, "heldout", i, index)),
      };
    }),
  );
}

/** Ascending losses at evaluation `i` of task `index` - 1, or of the mean over tasks for index 0. */
function losses(records: readonly RunRecord[], set: LossSet, i: number, index: number): Float64Array {
  const values = records.map(({ curve }) => {
    const tasks = curve[set][i] as readonly number[];
    return index === 0 ? taskLosses(tasks).mean : (tasks[index - 1] as number);
  });
  return Float64Array.from(values).sort();
}

function summaryColumns(set: LossSet, sorted: Float64Array): Record<string, number> {
  return {
    [`${set}Mean`]: mean(sorted),
    [`${set}Median`]: quantileSorted(sorted, 0.5),
    [`${set}Q1`]: quantileSorted(sorted, 0.25),
    [`${set}Q3`]: quantileSorted(sorted, 0.75),
  };
}
