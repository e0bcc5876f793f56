// What the results of a study lead with: the metric that chose steps and settings, if one did.
import { decidingMetric } from "../config/choose-by.ts";
import type { Config } from "../config/config.ts";
import { taskNames } from "../config/task-kinds.ts";
import { type CellLosses, cellValues, commonRuns, lossesOf, overlapOf } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { metricLabel } from "../records/words.ts";
import { LEAST_SHOWN } from "../stats/estimate.ts";
import { estimate } from "../stats/interval.ts";
import { mean } from "../stats/moments.ts";
import { differences } from "../stats/pairs.ts";
import { validationName } from "../text.ts";

/** A metric of one task, or its mean over tasks. */
export interface Leading {
  /** As in records. */
  readonly metric: string;
  /** From 0; null for the mean. */
  readonly task: number | null;
  readonly isHigherBetter: boolean;
  /** `AUC of churn`. */
  readonly words: string;
}

/** Undefined where a loss chooses. */
export function leadingMetric(config: Config): Leading | undefined {
  const deciding = decidingMetric(config);
  if (deciding === undefined) return undefined;
  const { metric, task } = deciding;
  const of = task === null ? ", mean over tasks" : ` of ${taskNames(config)[task]}`;
  return { ...deciding, words: `${metricLabel(metric)}${of}` };
}

/** The final values of that metric on test or on validation rows, as `cellLosses` gives losses. */
export function leadingCells(results: Results, { metric, task }: Leading, part: "test" | "validation"): CellLosses[] {
  const name = part === "test" ? metric : validationName(metric);
  return cellValues(results, ({ measures }) => {
    const ofTasks = measures?.[name] as readonly number[] | undefined;
    return known(ofTasks && (task === null ? mean(ofTasks) : ofTasks[task]));
  });
}

/** The loss on validation rows, mean over tasks. */
export function validationCells(results: Results): CellLosses[] {
  return cellValues(results, ({ measures }) => known(measures?.validationLoss as number | undefined));
}

function known(value: number | undefined): number | undefined {
  return Number.isNaN(value) ? undefined : value;
}

/** Cells by their means, the best first, and how many of the first are not told apart from it: 1 if it is the best for sure. */
export interface Ranking {
  readonly ranked: readonly CellLosses[];
  readonly alike: number;
}

/**
 * Cells in which a run is done. Two are told apart if the 95 % interval of their difference over pairs of runs excludes 0, and
 * there are enough pairs to show one.
 */
export function rankingOf(cells: readonly CellLosses[], isHigherBetter = false): Ranking {
  const sign = isHigherBetter ? -1 : 1;
  const meanOf = ({ byRun }: CellLosses) => sign * mean([...byRun.values()]);
  const ranked = cells.filter(({ byRun }) => byRun.size > 0).sort((a, b) => meanOf(a) - meanOf(b));
  const [best] = ranked;
  const apart = ranked.map((cell) => best !== undefined && cell !== best && areApart(best, cell));
  return { ranked, alike: Math.max(0, apart.lastIndexOf(false) + 1) };
}

function areApart(a: CellLosses, b: CellLosses): boolean {
  const runs = commonRuns([a, b]);
  if (runs.length < LEAST_SHOWN) return false;
  const { low, high } = estimate(differences(lossesOf(a, runs), lossesOf(b, runs)), "mean", overlapOf([a, b]));
  return low > 0 || high < 0;
}
