// Metrics of one task that mmoe tune may choose by, in place of a loss.
import { BETTER } from "../config/choose-by.ts";
import { taskNames } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { cellKey } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { MEASURES } from "../records/measures.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { validationName } from "../validation-name.ts";

export interface TuneMetric {
  /** Its column in runs.csv: `auc1`. */
  readonly name: string;
  /** What it is, and of which task. */
  readonly meaning: string;
  readonly isHigherBetter: boolean;
  /** Its final value in a run; NaN if the run has none. */
  readonly of: (record: RunRecord) => number;
}

/**
 * The metric of a task by its column in runs.csv; on rows of the user's own, its value on validation rows. Throws UsageError for
 * one that the results do not have.
 */
export function tuneMetric(name: string, results: Results): TuneMetric {
  const { path, config, records } = results;
  if (config.rows !== null) expectValidated(results);
  const recorded = (measure: string) => (config.rows === null ? measure : validationName(measure));
  const rows = config.rows === null ? "held-out" : "validation";
  const metrics = MEASURES.filter(({ name }) => Object.hasOwn(BETTER, name));
  const names = taskNames(config);
  const known = metrics.flatMap((measure) =>
    names.map((task, k) => ({
      name: `${measure.name}${k + 1}`,
      meaning: `${measure.meaning.replace("held-out", rows)}: ${task}`,
      isHigherBetter: BETTER[measure.name] === "higher",
      of: (record: RunRecord) =>
        (record.measures?.[recorded(measure.name)] as readonly number[] | undefined)?.[k] ?? Number.NaN,
    })),
  );
  const measured = known.filter(({ of }) => records.some((record) => !Number.isNaN(of(record))));
  const metric = measured.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  const has = measured.length === 0 ? "none" : measured.map((one) => one.name).join(", ");
  throw new UsageError(`--metric: expected a metric that ${path} has (${has}), got '${name}'`);
}

/** The loss on validation rows, by which a sweep on rows of the user's own is tuned. */
export function validationLoss(results: Results): TuneMetric {
  expectValidated(results);
  return {
    name: "validationLoss",
    meaning: "mean over tasks of the loss on validation rows after the last step",
    isHigherBetter: false,
    of: ({ measures }) => (measures?.validationLoss as number | undefined) ?? Number.NaN,
  };
}

/** No choice may see a test row. */
function expectValidated({ path, records }: Results): void {
  const done = records.filter(({ status }) => status === "done");
  if (done.every(({ measures }) => measures?.validationTaskLoss !== undefined)) return;
  throw new UsageError(
    `${path}: some runs have no losses on validation rows, and no choice may see a test row; train them in a new folder with --set refit=false`,
  );
}

/** Every cell of a sweep, with the metric's value in each run that is done. */
export function cellMetrics(results: Results, { of }: TuneMetric): CellLosses[] {
  const byCell = groupBy(results.records, cellKey);
  return cellLosses(results, "heldout").map((cell) => {
    const done = (byCell.get(cellKey(cell)) ?? []).filter(({ status }) => status === "done");
    return { ...cell, byRun: new Map(done.map((record) => [record.run, of(record)])) };
  });
}
