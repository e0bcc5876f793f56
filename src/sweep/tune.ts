// Chooses among the grid points of a sweep, and makes the config of the tuned sweep.
import { basename } from "node:path";
import { checkConfig } from "../config/check.ts";
import { BETTER, MEAN } from "../config/choose-by.ts";
import type { Config } from "../config/config.ts";
import { LONGEST_NAME } from "../config/kinds.ts";
import type { LossSet } from "../config/losses.ts";
import { listedKeys, SETTING_KEYS, type Settings, valuesOf } from "../config/schema.ts";
import type { GridKey } from "../config/settings.ts";
import { taskNames } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { type GridPoint, partOf, pointText } from "../identity/cell.ts";
import { type CellLosses, cellLosses, cellValues, commonRuns, lossesOf, overlapOf } from "../records/cell-losses.ts";
import { MEASURES } from "../records/measures.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { describe } from "../stats/describe.ts";
import { type Estimate, leastDeciding } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { comparePairs } from "../stats/pairs.ts";
import { listed, validationName } from "../text.ts";

export const TUNED_BY = ["model", "cell"] as const;

interface TuneOptions {
  readonly loss: LossSet;
  /** What decides in place of the loss. */
  readonly metric?: TuneMetric | undefined;
  /** Choose for each model, by its mean over correlations, or for each model at each correlation. */
  readonly by: (typeof TUNED_BY)[number];
  /** Listed settings for each value of which others are chosen; by default none. */
  readonly each?: readonly GridKey[];
}

/** One of the points that a choice is made from. */
export interface Candidate {
  readonly point: GridPoint;
  /** Mean final loss, or metric, over runs; by model, of their means over correlations. */
  readonly mean: Estimate;
  /** Runs in that mean. */
  readonly runs: number;
  /** A point with failed runs is not chosen: the mean says nothing of them. */
  readonly failed: number;
}

/** The point of the best mean of a model, or of a cell: the lowest final loss, or what a metric says. */
export interface Pick {
  readonly model: string;
  /** Undefined for a choice by model, and for rows of the user's own. */
  readonly correlation: number | undefined;
  /** The values of the settings for each of which something is chosen; they are in no point of the pick. */
  readonly at: GridPoint;
  /** In the order of the sweep's lists. */
  readonly candidates: readonly Candidate[];
  readonly chosen: GridPoint;
  /** The next best point, and by how much it is worse, run by run; undefined if there is no other. */
  readonly next: { readonly point: GridPoint; readonly behind: Estimate; readonly runs: number } | undefined;
  /** Whether the runs tell the choice apart from the next best: the interval lies above zero, and the runs are enough. */
  readonly sure: boolean;
  /** Listed settings whose chosen number is the least or the greatest: a better one may lie beyond. */
  readonly atEnd: readonly GridKey[];
}

/**
 * Chooses a grid point for each model, or each cell, by final losses; with `each`, at each value of those settings. Throws
 * UsageError if one has none.
 */
export function tune(results: Results, { loss, metric, by, each = [] }: TuneOptions): Pick[] {
  const isEach = (key: string) => each.some((one) => one === key);
  const cells = metric ? cellValues(results, (record) => metricOf(record, metric)) : cellLosses(results, loss);
  const groups = groupBy(cells, ({ model, correlation, point }) => {
    const at = pointText(partOf(point, isEach));
    return by === "model" ? `${model} ${at}` : `${model} ${correlation} ${at}`;
  });
  return [...groups.values()].map((group) => {
    const at = partOf(group[0].point, isEach);
    const open = group.map((cell) => ({ ...cell, point: partOf(cell.point, (key) => !isEach(key)) }));
    return { ...pickOf(open, results, by, metric?.isHigherBetter), at };
  });
}

/** Undefined for a run without the metric: the AUC of rows of one class, where each run has a split of its own. */
function metricOf(record: RunRecord, { of }: TuneMetric): number | undefined {
  const value = record.status === "done" ? of(record) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

interface Contender extends Candidate {
  /** Each run's loss; by model, its mean over correlations. */
  readonly losses: Float64Array;
}

function pickOf(
  group: readonly CellLosses[],
  results: Results,
  by: TuneOptions["by"],
  isHigherBetter = false,
): Omit<Pick, "at"> {
  const { model, correlation } = group[0];
  const runs = commonRuns(group.filter(({ failed }) => failed.length === 0));
  const contenders = [...groupBy(group, ({ point }) => pointText(point)).values()].map((cells) =>
    contenderOf(cells, runs),
  );
  const worse = (a: number, b: number) => (isHigherBetter ? b - a : a - b);
  const whole = contenders.filter(({ failed }) => failed === 0);
  const [best, next] = whole.sort((a, b) => worse(a.mean.value, b.mean.value));
  if (best === undefined || best.losses.length === 0)
    throw new UsageError(`${results.path}: at every point some runs of ${model} failed; give other values`);
  const [first, second] = isHigherBetter ? [best, next] : [next, best];
  const behind = first && second && comparePairs(first.losses, second.losses, overlapOf(group)).mean;
  return {
    model,
    correlation: by === "model" ? undefined : (correlation ?? undefined),
    candidates: contenders.map(({ losses: _, ...candidate }) => candidate),
    chosen: best.point,
    next: next && behind && { point: next.point, behind, runs: best.losses.length },
    sure: behind !== undefined && behind.low > 0 && best.losses.length >= leastDeciding(overlapOf(group)),
    atEnd: listedKeys(results.config).filter((key) => key in best.point && isAtEnd(best.point, key, results)),
  };
}

/** One point of a model, at one correlation or several. */
function contenderOf(cells: readonly CellLosses[], runs: readonly number[]): Contender {
  const failed = cells.reduce((sum, cell) => sum + cell.failed.length, 0);
  const own = failed === 0 ? runs : commonRuns(cells);
  const perCell = cells.map((cell) => lossesOf(cell, own));
  const losses = Float64Array.from(own, (_, i) => {
    return perCell.reduce((sum, one) => sum + one[i], 0) / perCell.length;
  });
  return { point: cells[0].point, mean: describe(losses, overlapOf(cells)).mean, runs: own.length, failed, losses };
}

function isAtEnd(chosen: GridPoint, key: GridKey, { config }: Results): boolean {
  const values = valuesOf(config, key);
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length < values.length) return false;
  return chosen[key] === Math.min(...numbers) || chosen[key] === Math.max(...numbers);
}

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
  const known = metrics.flatMap((measure) => {
    const ofTasks = (record: RunRecord) => (record.measures?.[recorded(measure.name)] ?? []) as readonly number[];
    const of = (name: string, task: string, value: (values: readonly number[]) => number | undefined) => ({
      name: `${measure.name}${name}`,
      meaning: `${measure.meaning.replace("held-out", rows)}: ${task}`,
      isHigherBetter: BETTER[measure.name] === "higher",
      of: (record: RunRecord) => value(ofTasks(record)) ?? Number.NaN,
    });
    return [...names.map((task, k) => of(`${k + 1}`, task, (values) => values[k])), of(MEAN, "mean over tasks", mean)];
  });
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

interface TunedOptions extends TuneOptions {
  /** Of the tuned sweep: another one than that of the runs that tuned; by default the next. */
  readonly seed?: number;
  /** Runs of each of its cells; by default as many as tuned. */
  readonly runs?: number;
}

/**
 * The config of the sweep with the chosen values, and the table that they were chosen from. Throws UsageError for the
 * seed of the runs that tuned.
 */
export function tunedConfig(results: Results, picks: readonly Pick[], options: TunedOptions): Config {
  const { config } = results;
  const { loss, metric, by, seed = config.seed + 1, runs = config.runs } = options;
  if (seed === config.seed)
    throw new UsageError(`--seed: must differ from ${seed}, the seed of the tuning runs; omit it`);
  const tuned: NonNullable<Settings["tuned"]> = {
    sweep: basename(results.path),
    loss: metric?.name ?? loss,
    by,
    seed: config.seed,
    runs: config.runs,
    choices: picks.map(({ chosen, ...pick }) => ({ ...nameOf(pick), values: { ...chosen } })),
    points: picks.flatMap((pick) =>
      pick.candidates.map(({ point, mean, failed }) => ({
        ...nameOf(pick),
        values: { ...point },
        ...rounded(mean),
        failed,
      })),
    ),
  };
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]]));
  const name = `${config.name.slice(0, LONGEST_NAME - ENDING.length)}${ENDING}`;
  const named = { name, about: aboutFor(results, picks, options) };
  const changed = { ...picks[0]?.chosen, seed, runs, tuned, ...named };
  const marks = Object.entries(config.origins).filter(([key, mark]) => mark !== "yours" && !(key in changed));
  const values = { ...settings, ...changed, marks: Object.fromEntries(marks) };
  return checkConfig({ source: results.path, values }, []);
}

function nameOf({ model, correlation, at }: Omit<Pick, "candidates" | "chosen" | "next" | "sure" | "atEnd">) {
  return {
    model,
    ...(correlation !== undefined && { correlation }),
    ...(Object.keys(at).length > 0 && { at }),
  };
}

const ENDING = "-tuned";

/** What was chosen, and from what: the grid's own sentence is not true of the tuned sweep. */
function aboutFor({ config, path }: Results, picks: readonly Pick[], { loss, metric, by }: TuneOptions): string {
  const keys = listed(Object.keys(picks[0]?.chosen ?? {}));
  const of = by === "cell" ? "cell (a model at a correlation)" : by;
  return `Sweep ${config.name} with the ${keys} that mmoe tune chose for each ${of} from ${basename(path)}, by ${metric?.name ?? LOSS_WORDS[loss].name}`;
}

/** To six digits; no interval is null. */
function rounded({ value, low, high }: Estimate) {
  const six = (number: number) => Number(number.toPrecision(6));
  const end = (number: number) => (Number.isNaN(number) ? null : six(number));
  return { mean: end(value), low: end(low), high: end(high) };
}
