// Metrics of one task that mmoe tune may choose by, in place of a loss.
import { taskNames } from "../config/task-names.ts";
import { UsageError } from "../errors.ts";
import { cellKey } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { MEASURES } from "../records/measures.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";

export interface TuneMetric {
  /** Its column in runs.csv: `auc1`. */
  readonly name: string;
  /** What it is, and of which task. */
  readonly meaning: string;
  readonly isHigherBetter: boolean;
  /** Its final value in a run; NaN if the run has none. */
  readonly of: (record: RunRecord) => number;
}

/** Of these a lower value is better. */
const LOWER: readonly string[] = ["logLoss"];

/** The metric of a task by its column in runs.csv. Throws UsageError for one that the results do not have. */
export function tuneMetric(name: string, { path, config, records }: Results): TuneMetric {
  const metrics = MEASURES.filter(({ some }) => some);
  const names = taskNames(config);
  const known = metrics.flatMap((measure) =>
    names.map((task, k) => ({
      name: `${measure.name}${k + 1}`,
      meaning: `${measure.meaning}: ${task}`,
      isHigherBetter: !LOWER.includes(measure.name),
      of: (record: RunRecord) => (record.measures?.[measure.name] as readonly number[] | undefined)?.[k] ?? Number.NaN,
    })),
  );
  const measured = known.filter(({ of }) => records.some((record) => !Number.isNaN(of(record))));
  const metric = measured.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  const has = measured.length === 0 ? "none" : measured.map((one) => one.name).join(", ");
  throw new UsageError(`--metric: expected a metric that ${path} has (${has}), got '${name}'`);
}

/** Every cell of a sweep, with the metric's value in each run that is done. */
export function cellMetrics(results: Results, { of }: TuneMetric): CellLosses[] {
  const byCell = groupBy(results.records, cellKey);
  return cellLosses(results, "heldout").map((cell) => {
    const done = (byCell.get(cellKey(cell)) ?? []).filter(({ status }) => status === "done");
    return { ...cell, byRun: new Map(done.map((record) => [record.run, of(record)])) };
  });
}
