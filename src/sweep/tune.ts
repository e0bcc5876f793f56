// Chooses among the grid points of a sweep, and makes the config of the tuned sweep.
import { basename } from "node:path";
import { checkConfig } from "../config/check.ts";
import { betterIn, MEAN } from "../config/choose-by.ts";
import type { Config } from "../config/config.ts";
import { LONGEST_NAME } from "../config/kinds.ts";
import type { LossSet } from "../config/losses.ts";
import { SETTING_KEYS, type Settings } from "../config/schema.ts";
import { type GridKey, SETTINGS } from "../config/settings.ts";
import { taskNames } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { type GridPoint, type GridValue, partOf, pointText } from "../identity/cell.ts";
import { type CellLosses, cellLosses, cellValues, commonRuns, lossesOf, overlapOf } from "../records/cell-losses.ts";
import { measureNamed } from "../records/measure-values.ts";
import { MEASURES } from "../records/measures.ts";
import type { Results } from "../records/read-results.ts";
import type { RunRecord } from "../records/record.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { describe } from "../stats/describe.ts";
import { type Estimate, leastDeciding } from "../stats/estimate.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { comparePairs } from "../stats/pairs.ts";
import { listed, ownMetricName, validationName } from "../text.ts";

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
interface Candidate {
  readonly point: GridPoint;
  /** Mean final loss, or metric, over runs; by model, of their means over correlations. */
  readonly mean: Estimate;
  /** Runs in that mean. */
  readonly runs: number;
  /** A point with failed runs is not chosen: the mean says nothing of them. */
  readonly failed: number;
  /** The name of the model with the point's fields, in a search of these. */
  readonly variant?: string | undefined;
}

/** The point of the best mean of a model, or of a cell: the lowest final loss, or what a metric says. */
export interface Pick {
  readonly model: string;
  /** Undefined for a choice by model, and for rows of the user's own. */
  readonly correlation: number | undefined;
  /** The values of the settings for each of which something is chosen; they are in no point of the pick. */
  readonly at: GridPoint;
  /** In the order of the sweep's lists; of a search, the best first among those of most runs, then those of fewer. */
  readonly candidates: readonly Candidate[];
  readonly chosen: GridPoint;
  /** The next best point, and by how much it is worse, run by run; undefined if there is no other. */
  readonly next: { readonly point: GridPoint; readonly behind: Estimate; readonly runs: number } | undefined;
  /** Whether the runs tell the choice apart from the next best: the interval lies above zero, and the runs are enough. */
  readonly sure: boolean;
  /** Listed settings, and fields, whose chosen number is the least or the greatest, or nearly: a better one may lie beyond. */
  readonly atEnd: readonly string[];
}

/**
 * Chooses a grid point for each model, or each cell, by final losses; with `each`, at each value of those settings. Throws
 * UsageError if one has none.
 */
export function tune(results: Results, { loss, metric, by, each = [] }: TuneOptions): Pick[] {
  if (results.config.points !== null && (by === "cell" || each.length > 0))
    throw new UsageError(`${results.path}: a search was by model; leave out --by cell and --each`);
  const isEach = (key: string) => each.some((one) => one === key);
  const cells = metric ? cellValues(results, (record) => metricOf(record, metric)) : cellLosses(results, loss);
  const groups = groupBy(cells.map(choosableIn(results.config)), ({ model, correlation, point }) => {
    const at = pointText(partOf(point, isEach));
    return by === "model" ? `${model} ${at}` : `${model} ${correlation} ${at}`;
  });
  return [...groups.values()].map((group) => {
    const at = partOf(group[0].point, isEach);
    const open = group.map((cell) => ({ ...cell, point: partOf(cell.point, (key) => !isEach(key)) }));
    return { ...pickOf(open, results, by, metric?.isHigherBetter), at };
  });
}

/** A cell as a choice sees it: of a search, the model that was searched, with its fields in the point. */
interface Choosable extends CellLosses {
  readonly asked: number;
  readonly variant?: string | undefined;
}

function choosableIn({ points, runs }: Config): (cell: CellLosses) => Choosable {
  const keyOf = (model: string, values: GridPoint) => `${model} ${pointText(values)}`;
  const known = new Map(points?.map((one) => [keyOf(one.model, one.values as GridPoint), one]));
  return (cell) => {
    const { of, fields = {}, runs: asked = runs } = known.get(keyOf(cell.model, cell.point)) ?? {};
    if (of === undefined) return { ...cell, asked };
    return { ...cell, asked, model: of, point: { ...cell.point, ...fields }, variant: cell.model };
  };
}

/** Undefined for a run without the metric: the AUC of rows of one class, where each run has a split of its own. */
function metricOf(record: RunRecord, { of }: TuneMetric): number | undefined {
  const value = record.status === "done" ? of(record) : Number.NaN;
  return Number.isNaN(value) ? undefined : value;
}

interface Contender extends Candidate {
  /** Runs that were asked for. */
  readonly asked: number;
  /** Each run's loss; by model, its mean over correlations. */
  readonly losses: Float64Array;
}

function pickOf(
  group: readonly Choosable[],
  results: Results,
  by: TuneOptions["by"],
  isHigherBetter = false,
): Omit<Pick, "at"> {
  const { model, correlation } = group[0];
  const able = group.filter(({ failed }) => failed.length === 0);
  const most = Math.max(...able.map(({ asked }) => asked)); // in a search, of its last rung
  const runs = commonRuns(able.filter(({ asked }) => asked === most));
  const contenders = [...groupBy(group, ({ point }) => pointText(point)).values()].map((cells) =>
    contenderOf(cells, cells[0].asked === most ? runs : undefined),
  );
  const worse = (a: number, b: number) => (isHigherBetter ? b - a : a - b);
  const ranked = contenders
    .filter(({ failed }) => failed === 0)
    .sort((a, b) => b.asked - a.asked || worse(a.mean.value, b.mean.value));
  const [best, next] = ranked.filter(({ asked }) => asked === most);
  if (best === undefined || best.losses.length === 0)
    throw new UsageError(`${results.path}: at every point some runs of ${model} failed; give other values`);
  const [first, second] = isHigherBetter ? [best, next] : [next, best];
  const behind = first && second && comparePairs(first.losses, second.losses, overlapOf(group)).mean;
  return {
    model,
    correlation: by === "model" ? undefined : (correlation ?? undefined),
    candidates: (results.config.points === null ? contenders : [...new Set([...ranked, ...contenders])]).map(
      ({ losses: _, asked: __, ...candidate }) => candidate,
    ),
    chosen: best.point,
    next: next && behind && { point: next.point, behind, runs: best.losses.length },
    sure: behind !== undefined && behind.low > 0 && best.losses.length >= leastDeciding(overlapOf(group)),
    atEnd: Object.keys(best.point).filter((key) => isAtEnd(best.point[key], valuesIn(contenders, key))),
  };
}

/** One point of a model, at one correlation or several. */
function contenderOf(cells: readonly Choosable[], common: readonly number[] | undefined): Contender {
  const failed = cells.reduce((sum, cell) => sum + cell.failed.length, 0);
  const own = failed === 0 && common ? common : commonRuns(cells);
  const [{ point, asked, variant }] = cells;
  const perCell = cells.map((cell) => lossesOf(cell, own));
  const losses = Float64Array.from(own, (_, i) => {
    return perCell.reduce((sum, one) => sum + one[i], 0) / perCell.length;
  });
  const mean = describe(losses, overlapOf(cells)).mean;
  return { point, mean, runs: own.length, failed, ...(variant !== undefined && { variant }), asked, losses };
}

/** The different numbers of a listed setting, or field, that were compared, ascending; none where some are words. */
function valuesIn(contenders: readonly Contender[], key: string): number[] {
  const values = [...new Set(contenders.map(({ point }) => point[key]))].filter((value) => value !== "default");
  return values.every((value) => typeof value === "number") ? values.sort((a, b) => a - b) : [];
}

/** A value is at an end where at most this share of the others lies beyond it. */
const END = 0.05;

/** Whether `chosen` is the least or the greatest of ascending values or, of many, nearly so. */
function isAtEnd(chosen: GridValue, values: readonly number[]): boolean {
  if (typeof chosen !== "number" || values.length < 2) return false;
  const beyond = Math.floor(END * (values.length - 1));
  const place = values.indexOf(chosen);
  return place <= beyond || place >= values.length - 1 - beyond;
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
  const better = betterIn(config);
  const all = [...MEASURES, ...config.metrics.map(({ name }) => measureNamed(ownMetricName(name)))];
  const metrics = all.filter(({ name }) => Object.hasOwn(better, name));
  const names = taskNames(config);
  const known = metrics.flatMap((measure) => {
    const ofTasks = (record: RunRecord) => (record.measures?.[recorded(measure.name)] ?? []) as readonly number[];
    const of = (name: string, task: string, value: (values: readonly number[]) => number | undefined) => ({
      name: `${measure.name}${name}`,
      meaning: `${measure.meaning.replace("held-out", rows)}: ${task}`,
      isHigherBetter: better[measure.name] === "higher",
      of: (record: RunRecord) => value(ofTasks(record)) ?? Number.NaN,
    });
    return [...names.map((task, k) => of(`${k + 1}`, task, (values) => values[k])), of(MEAN, "mean over tasks", mean)];
  });
  const measured = known.filter(({ of }) => records.some((record) => !Number.isNaN(of(record))));
  const metric = measured.find((one) => one.name === name);
  if (metric !== undefined) return metric;
  if (known.some((one) => one.name === name))
    throw new UsageError(
      `${path}: no run has ${name} on ${rows} rows, such as where no group has both classes; choose by another`,
    );
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

export interface TunedOptions extends TuneOptions {
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
    choices: picks.map((pick) => ({
      ...nameOf(pick, trainedModel(pick)),
      values: partOf(pick.chosen, isSetting),
    })),
    points: picks.flatMap((pick) =>
      pick.candidates.map(({ point, mean, failed, variant }) => ({
        ...nameOf(pick, variant),
        values: partOf(point, isSetting),
        ...rounded(mean),
        failed,
      })),
    ),
  };
  const name = `${config.name.slice(0, LONGEST_NAME - ENDING.length)}${ENDING}`;
  const named = { name, about: aboutFor(results, picks, options) };
  const models = config.points === null ? config.models : picks.map(trainedModel);
  const chosen = partOf(picks[0]?.chosen ?? {}, isSetting);
  return changedConfig(config, { ...chosen, models, points: null, seed, runs, tuned, ...named }, results.path);
}

/** A config with other values of some settings. */
export function changedConfig(
  config: Config,
  changed: Readonly<Record<string, unknown>>,
  source = config.name,
): Config {
  const settings = Object.fromEntries(SETTING_KEYS.map((key) => [key, config[key]]));
  const marks = Object.entries(config.origins).filter(([key, mark]) => mark !== "yours" && !(key in changed));
  const values = { ...settings, ...changed, marks: Object.fromEntries(marks) };
  return checkConfig({ source, values }, []);
}

/** Whether a value is of a setting: the points of a search have fields of models, too. */
function isSetting(key: string): boolean {
  return Object.hasOwn(SETTINGS, key);
}

/** The model that is trained at the chosen point: of a search, the variant with the fields. */
function trainedModel({ model, chosen, candidates }: Pick): string {
  return candidates.find(({ point }) => point === chosen)?.variant ?? model;
}

function nameOf({ correlation, at, ...pick }: Pick, model = pick.model) {
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
