// Rows of the user's own, in place of the generator's.
import { basename, extname, resolve } from "node:path";
import { z } from "zod";
import { drawnMarks, HELD_OUT, VALIDATION_SHARE } from "../data/split.ts";
import { dataKey } from "../data/streams.ts";
import { heldoutCount, SPLITS } from "../data/table.ts";
import { defined } from "../defined.ts";
import { groupMetricsOf } from "../diagnostics/task-metrics.ts";
import type { TrainingSettings } from "../engines/training-settings.ts";
import { UsageError } from "../errors.ts";
import { columnsText, type NamedColumns } from "../tables/columns.ts";
import { readTable, type Table } from "../tables/read-table.ts";
import { LEAST_ROWS } from "./auto-steps.ts";
import { checkedBy } from "./checked-by.ts";
import type { GivenValues, Override } from "./file-version.ts";
import { plainNameOf } from "./kinds.ts";
import { chosenIn, GIVEN_ROWS, type GivenRows, type RowsSetting, readingOf, testShare } from "./rows-schema.ts";
import type { Place, PointSettings, SettingKey, Settings } from "./schema.ts";
import { VALIDATION } from "./settings.ts";
import { didYouMean } from "./suggest.ts";
import { embeddingsIn, encodedColumns, hasLargeEmbedding } from "./table-inputs.ts";
import { columnsInTasks, givenKinds, isTaskList, kindsIn } from "./task-kinds.ts";

/** Of the initial vectors of a new table's embeddings: larger ones learn ids worse (docs/ids.md). */
const EMBEDDING_STD = 0.01;

/** Most rows of a part of a new table that are evaluated while training. */
const EVAL_ROWS = 100_000;

/** Most runs of a preset on a table of the user's own, unless told otherwise. */
const RUNS = 10;

/** Settings of the generator, which do not apply to tables. */
export const OF_GENERATOR = ["data", "correlations", "correlationMatrix"] as const;

/** Settings that follow from the rows of a file. */
export const OF_ROWS = [...OF_GENERATOR, "tasks", "trainRows", "heldoutRows"] as const satisfies SettingKey[];

/**
 * Values that give rows of the user's own, with all that follows from the file: its hash, columns and sizes, and that there
 * is no generator. Others stay as they are. `place` names a path into the values. Throws UsageError for a file that is no
 * table.
 */
export function withRows(given: GivenValues, place: (path: string) => string): GivenValues {
  const { source, values, folder = "." } = given;
  if (typeof values !== "object" || values === null) return given;
  if (!("rows" in values) || values.rows === null) {
    if ("tasks" in values && isTaskList(values.tasks))
      throw new UsageError(`${place("tasks")}: a list is for a file with rows; give a number`);
    return given;
  }
  const { rows } = checkedBy(ROWS_ALONE, { rows: values.rows }, place, source);
  const said = typeof rows === "string" ? { file: rows } : (rows as GivenRows);
  const file = resolve(folder, said.file);
  const table = isStored(said) ? undefined : readTable(file, namedIn(said, values, place), readingOf(said));
  const filled = table ? ofTable(table, said, file, place) : ({ ...WHOLE, ...said, file } as RowsSetting);
  const found = table && {
    taskKinds: kindsIn(values, table, place, source),
    report: "heldout",
    refit: false,
    ...(embeddingsIn(filled).embeddings && { embeddingStd: EMBEDDING_STD }),
    ...(hasMoreRows(filled) && { evalRows: EVAL_ROWS }),
    ...(hasLargeEmbedding(filled) && { embeddingSteps: "lazy" }),
  };
  const others = Object.entries(values).filter(
    ([key, value]) => value !== undefined && !(key === "tasks" && isTaskList(value)),
  );
  const named = OF_GENERATOR.find((key) => others.some(([name, value]) => name === key && value !== null));
  if (named) throw new UsageError(`${place(named)}: ${replaced(filled)}`);
  const { labels, trainRows, heldoutRows } = filled;
  const sizes = { tasks: labels.length, trainRows, heldoutRows };
  const none = Object.fromEntries(OF_GENERATOR.map((key) => [key, null]));
  return { ...given, values: { ...sizes, ...found, ...Object.fromEntries(others), ...none, rows: filled } };
}

function hasMoreRows({ heldoutRows, trainRows, validationRows = VALIDATION * trainRows }: RowsSetting): boolean {
  return Math.max(heldoutRows, validationRows) > EVAL_ROWS;
}

/** The columns that a config names: in `rows`, or the labels in `tasks`. */
function namedIn(
  { labels, inputs, ignore }: GivenRows,
  values: object,
  place: (path: string) => string,
): NamedColumns | undefined {
  const others = defined({ inputs, ignore });
  const tasks = columnsInTasks(values);
  const named = labels ?? tasks;
  const [key] = Object.keys(others);
  if (named) return { labels: named, ...others, didYouMean, onlyIfNeeded: labels === undefined && key === undefined };
  if (key !== undefined) throw new UsageError(`${place(`rows.${key}`)}: give labels too`);
  return undefined;
}

const ROWS_ALONE = z.strictObject({ rows: GIVEN_ROWS });

/** What older stored configs may lack. */
const WHOLE = { heldout: null, standardise: true, impute: "refuse" } as const;

/** A stored config is complete, and its file may be gone. */
function isStored({ sha256, inputs, labels, labelVariances, trainRows, heldoutRows }: GivenRows): boolean {
  return Boolean(sha256 && inputs && labels && labelVariances && trainRows && heldoutRows);
}

function ofTable(table: Table, said: GivenRows, file: string, place: (path: string) => string): RowsSetting {
  const { heldout, standardise = true, impute = "refuse", split = 0, folds } = said;
  const isResplit = split === "run";
  const both = conflictIn({ ...said, split: isResplit ? undefined : said.split, resplit: isResplit || undefined });
  if (both)
    throw new UsageError(
      `${place("rows")}: ${both.map((key) => (key === "resplit" ? "split: run" : key)).join(" and ")}: expected one of them`,
    );
  const { sha256, inputs, labels, areChosen, labelVariances, rows } = table;
  if (impute === "refuse" && table.firstGap !== undefined) {
    const empty = inputs.filter((_, i) => table.contents[i].gaps);
    throw new UsageError(`${table.firstGap}${empty.length > 1 ? columnsText(empty, "columns with empty cells") : ""}`);
  }
  const by = SPLITS.find((one) => said[one] !== undefined);
  const saysTest = by === undefined && table.heldout !== undefined;
  const stray = saysTest ? defined({ heldout: heldout ?? undefined, folds }) : {};
  for (const key of Object.keys(stray))
    throw new UsageError(`${place(`rows.${key}`)}: ${basename(file)} has a column 'part', which says it; leave it out`);
  expectFolds(table, said, place("rows.folds"));
  const share = saysTest ? null : testShare(said);
  expectStrata(table, said, place("rows.stratify"));
  const heldoutRows = table.heldout ?? heldoutCount(rows, share as number);
  const isDrawn = by !== undefined && table.heldout === undefined;
  const validation = isDrawn ? heldoutCount(rows - heldoutRows, VALIDATION_SHARE) : table.validation;
  const encoded = encodedColumns(table, said);
  return {
    file,
    heldout: share,
    standardise,
    impute,
    ...waysOf({ ...said, split }),
    sha256,
    inputs: [...inputs],
    ...(areChosen && { chosen: true }),
    ...(encoded.length > 0 && { encoded }),
    labels: [...labels],
    labelVariances: [...labelVariances],
    trainRows: rows - heldoutRows - (validation ?? 0),
    heldoutRows,
    ...(validation !== undefined && { validationRows: validation }),
  };
}

/** Ways to split a table that can't be together. */
const APART = [
  [...SPLITS],
  ["time", "resplit"],
  ["time", "folds"],
  ["split", "resplit"],
  ["folds", "resplit"],
  ["folds", "heldout"],
];

/** What is given of the first of these that are together. `resplit`: each run draws its own split. */
export function conflictIn(given: object): string[] | undefined {
  const keys = Object.entries(given).flatMap(([key, value]) => ((value ?? undefined) === undefined ? [] : [key]));
  return APART.map((apart) => apart.filter((key) => keys.includes(key))).find((both) => both.length > 1);
}

/** Refuses more folds than there are rows, or groups that stay together. */
function expectFolds({ rows, values: { places } }: Table, { folds, file, group }: GivenRows, place: string): void {
  if (folds === undefined) return;
  const isGrouped = group !== undefined && places !== undefined;
  const most = isGrouped ? new Uint32Array(places).reduce((a, b) => Math.max(a, b), 0) + 1 : rows;
  const what = isGrouped ? `the groups by '${group}'` : "the rows";
  if (folds > most)
    throw new UsageError(`${place}: expected at most ${most}, ${what} of ${basename(file)}, got ${folds}`);
}

/** Refuses a column to stratify by most of whose values are in so few rows that the test would have none of them. */
function expectStrata({ rows, heldout, values: { places } }: Table, said: GivenRows, place: string): void {
  const { stratify, folds, file } = said;
  if (stratify === undefined || folds !== undefined) return;
  const how = { by: "stratify", heldout: testShare(said), key: dataKey({ seed: 0, run: 0 }, "split") } as const;
  const marks = places && drawnMarks(new Uint32Array(places), how); // as many in each run
  const tested = heldout ?? marks?.reduce((sum, mark) => sum + Number(mark === HELD_OUT), 0) ?? 0;
  const asked = heldoutCount(rows, how.heldout);
  if (2 * tested < asked)
    throw new UsageError(
      `${place}: most rows of ${basename(file)} have a value of '${stratify}' that too few rows have: the test would be of ${tested} rows, not ${asked}; give a column of fewer values`,
    );
}

/** What options say of a table, not checked yet: `--impute mean`, `--label income`, `--input age`. */
interface RowsOptions extends Partial<Record<keyof GivenRows, unknown>> {
  readonly resplit?: boolean | undefined;
  /** Whether the rows are given to a preset, whose number of runs is for its own rows. */
  readonly ofPreset?: boolean;
  /** The option that gives a key, in errors. */
  readonly flagOf?: (key: string) => string;
}

/**
 * `--rows FILE`: the file's rows, and the loss that a study of such rows reports. A study of another table keeps its name, its tasks and
 * how it reads columns; others have the file's name.
 */
export function rowsOverride(
  file: string,
  { resplit, ofPreset = false, flagOf, ...options }: RowsOptions = {},
): Override {
  const name = plainNameOf(basename(file, extname(file)), "rows");
  const said = defined({ ...options, ...(resplit && { split: "run" }) });
  const isNamed = Boolean(options.labels ?? options.inputs ?? options.ignore);
  const valuesAfter = ({ rows: before, taskKinds, runs }: Settings) => {
    const kept = before === null ? {} : { ...(isNamed ? {} : chosenIn(before)), ...howRead(before) };
    const given = { ...kept, ...said };
    const rows = Object.keys(given).length === 0 ? file : { file, ...given };
    const named = { name, about: `Rows of ${basename(file)}` };
    const tasks = before === null || isNamed ? undefined : givenKinds(taskKinds);
    return {
      rows,
      ...(before === null && named),
      ...(ofPreset && { runs: Math.min(runs, RUNS) }),
      report: "heldout",
      ...defined({ tasks }),
    };
  };
  return { source: "--rows", isOfRows: true, flagOf, valuesAfter };
}

/** How cells are read, rows split and categories encoded, as far as it is said. */
function waysOf(rows: GivenRows | RowsSetting) {
  const { categorical, lists, na, split, folds, metricsBy, ndcgAt, weight, oneHot, embedding, minCount, hash, funnel } =
    rows;
  const ways = { categorical, lists, na, split, folds, ...splitBy(rows), metricsBy, ndcgAt, weight };
  return defined({ ...ways, oneHot, embedding, minCount, hash, funnel });
}

/** How a study reads its table, which holds for another one in its place. */
function howRead(rows: RowsSetting): Partial<GivenRows> {
  const { standardise, impute } = rows;
  return { standardise, impute, ...waysOf(rows) } as Partial<GivenRows>;
}

/** The column that splits a table, and how. */
function splitBy({ group, time, stratify }: Pick<GivenRows, (typeof SPLITS)[number]>) {
  return defined({ group, time, stratify });
}

/** Overrides of rows come first: others may take fewer of them. */
export function rowsFirst(overrides: readonly Override[]): Override[] {
  const isOfRows = (one: Override) =>
    "valuesAfter" in one ? one.isOfRows : typeof one.values === "object" && one.values !== null && "rows" in one.values;
  return [...overrides.filter(isOfRows), ...overrides.filter((one) => !isOfRows(one))];
}

/** Refuses settings that the rows do not have, or not as many: UsageError. */
export function checkRows(settings: Settings, place: Place): void {
  const { rows, tasks, trainRows, heldoutRows, tuned, diagnostics, refit, evalRows, embeddingDecay } = settings;
  if (rows === null) {
    const ofFiles = { ...(evalRows !== "all" && { evalRows }), ...(embeddingDecay !== 0 && { embeddingDecay }) };
    for (const [key, value] of Object.entries(ofFiles))
      throw new UsageError(`${place(key as SettingKey)}: ${value} is for rows of a file; leave it out`);
    return;
  }
  const named = OF_GENERATOR.find((key) => settings[key] !== null);
  if (named) throw new UsageError(`${place(named)}: ${replaced(rows)}`);
  const name = basename(rows.file);
  if (tasks !== rows.labels.length)
    throw new UsageError(`${place("tasks")}: ${name} has ${rows.labels.length} labels, one a task, got ${tasks}`);
  if (diagnostics.includes("alignment"))
    throw new UsageError(`${place("diagnostics")}: alignment is with the generator's tasks; leave it out with ${name}`);
  checkGroups(settings, place);
  const tunedRows = tuned?.choices.flatMap(({ values }) => values.trainRows ?? []) ?? [];
  for (const count of [trainRows, tunedRows].flat()) {
    if (count === "fresh")
      throw new UsageError(`${place("trainRows")}: ${name} has no fresh rows; give up to ${rows.trainRows}`);
    expectUpTo(rows.trainRows, count, `${place("trainRows")}: expected at most`, name);
  }
  expectUpTo(rows.heldoutRows, heldoutRows, `${place("heldoutRows")}: expected at most`, name);
  if (refit && rows.validationRows !== undefined) {
    const [by] = Object.keys(defined(splitBy(rows)));
    const why = by ? `a split by ${by} draws validation rows` : `${name} says which rows are for validation`;
    throw new UsageError(`${place("refit")}: ${why}; ${by ? "leave it out" : "to train on them, say train there"}`);
  }
  const least = [trainRows].flat().find((count) => Number(count) < LEAST_ROWS);
  if (!refit && rows.validationRows === undefined && least !== undefined)
    throw new UsageError(
      `${place("trainRows")}: expected at least ${LEAST_ROWS}, of which one is for validation, got ${least}; or give --set refit=true`,
    );
}

/**
 * The training of a run whose validation rows are held out beside its test rows: those that the table says, or a share of its
 * training rows. With `refit` there are none.
 */
export function withValidationRows<T extends Pick<TrainingSettings, "trainRows" | "heldoutRows">>(
  training: T,
  { rows, refit, validation, evalRows }: Pick<Settings, "rows" | "refit" | "validation" | "evalRows">,
): T {
  if (refit) return training;
  const { trainRows, heldoutRows } = training;
  const all = rows?.validationRows ?? heldoutCount(Number(trainRows), validation);
  const left = rows?.validationRows === undefined ? Number(trainRows) - all : trainRows;
  const validationRows = evalRows === "all" ? all : Math.min(all, evalRows);
  return { ...training, trainRows: left, heldoutRows: heldoutRows + validationRows, validationRows };
}

/** Refuses groups of metrics that no task has. */
function checkGroups({ rows, taskKinds, metrics }: Settings, place: Place): void {
  if (rows === null) return;
  const { metricsBy, ndcgAt, file } = rows;
  if (ndcgAt !== undefined && metricsBy === undefined)
    throw new UsageError(
      `${place("rows", ".ndcgAt")}: ${ndcgAt} is for metrics in groups; give their column as metricsBy, or by --metrics-by`,
    );
  if (metricsBy !== undefined && metrics.length === 0 && !taskKinds.some(({ kind }) => groupMetricsOf(kind).length > 0))
    throw new UsageError(
      `${place("rows", ".metricsBy")}: GAUC, NDCG and MRR are of binary labels, and no label of ${basename(file)} is; leave it out`,
    );
}

function expectUpTo(most: number, count: number, expected: string, name: string): void {
  if (count > most) throw new UsageError(`${expected} ${most}, the rows that ${name} has for it, got ${count}`);
}

function replaced({ file }: Pick<RowsSetting, "file">): string {
  return `the rows are those of ${basename(file)}, not the generator's; leave it out`;
}

/** A table's name where people see it: the file's, but of a frame's copy, which Python makes, the sweep's. */
export function tableName({ file }: RowsSetting, sweep: string): string {
  return /^rows_[0-9a-f]{8}\.csv$/.test(basename(file)) ? sweep : basename(file);
}

/** Rows on one line: `cars.csv (sha256 1f0c9d3e), heldout=0.2`. Equal rows of one name have equal texts. */
export function rowsText(rows: RowsSetting): string {
  const { file, sha256, heldout, standardise, impute, folds } = rows;
  const values = {
    heldout: folds === undefined ? (heldout ?? undefined) : undefined,
    standardise,
    impute: impute === "refuse" ? undefined : impute,
    ...waysOf(rows),
    split: rows.split || undefined,
    ...chosenIn(rows),
  };
  const texts = Object.entries(defined(values)).map(
    ([key, value]) => `${key}=${Array.isArray(value) ? `[${value.join(", ")}]` : value}`,
  );
  return [`${basename(file)} (sha256 ${sha256.slice(0, 8)})`, ...texts].join(", ");
}

/** What is said wherever intervals are of runs that share rows; empty elsewhere. */
export function sharedRowsText({ rows }: Pick<Settings, "rows">): string {
  return rows !== null && haveOwnSplits(rows) ? coverageText(rows) : "";
}

/** Whether the runs' test rows differ: they are folds, or random splits, of one table. */
function haveOwnSplits({ heldout, split, folds }: RowsSetting): boolean {
  return folds !== undefined || (heldout !== null && typeof split !== "number");
}

/** What is said of values that are not told apart, after `a value that`: `no training row of mmoe/000 has`. */
export function unseenText({ minCount }: Pick<RowsSetting, "minCount">, of = ""): string {
  return minCount === undefined ? `no training row${of} has` : `fewer than ${minCount} training rows${of} have`;
}

/** Which uncertainty the intervals of results on a table are of; empty for the generator's rows, of which each run has others. */
export function coverageText(rows: RowsSetting | null): string {
  if (rows === null) return "";
  if (!haveOwnSplits(rows))
    return "all runs have the same test rows: intervals over runs hold for new initial values, not for new rows";
  const runs = rows.folds === undefined ? "random splits" : `${rows.folds} folds`;
  const source = rows.folds === undefined ? "Nadeau and Bengio 2003" : "Bouckaert and Frank 2004";
  return `runs are ${runs} of one table: only means have intervals and p, which allow for the rows that runs share (${source}) and hold for new rows and new initial values`;
}

/**
 * Test rows to training rows where runs share rows of one table, by which the variance of a mean over them is larger than of
 * independent runs; 0 where they share none, or have the same test rows.
 */
export function overlapOf(
  settings: Pick<PointSettings, "rows" | "trainRows" | "heldoutRows" | "refit" | "validation" | "evalRows">,
): number {
  const { rows, trainRows, heldoutRows } = settings;
  if (rows === null || !haveOwnSplits(rows)) return 0;
  return heldoutRows / Number(withValidationRows({ trainRows, heldoutRows }, settings).trainRows);
}

/** What results on these rows depend on, wherever the file is. */
export function rowsIdentity(rows: RowsSetting): object {
  const { sha256, heldout, standardise, impute, oneHot, embedding } = rows;
  const encoding = defined({ impute: impute === "refuse" ? undefined : impute, oneHot, embedding });
  return { sha256, heldout, standardise, ...encoding, ...readingOf(rows), ...chosenIn(rows) };
}
