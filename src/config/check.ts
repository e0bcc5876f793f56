import type { z } from "zod";
import { autoMarks, checkPatience, stoppingAfter, withAutoSteps } from "./auto-steps.ts";
import { checkGrid, withoutSingles } from "./check-grid.ts";
import { checkOptimizer } from "./check-optimizer.ts";
import { checkedParts, expectTree } from "./checked-by.ts";
import { checkChooseBy } from "./choose-by.ts";
import { Complaints, readable } from "./complaints.ts";
import type { Config, SettingOrigin } from "./config.ts";
import { withCrossedRuns } from "./cross.ts";
import { type GivenValues, type Override, upToDate } from "./file-version.ts";
import { checkModels, definitionsApart, ownModelsIn, withModels } from "./own-models.ts";
import { checkHeard } from "./refused.ts";
import { checkRows, OF_ROWS, rowsFirst, withRows } from "./rows.ts";
import { EXTENDING_SCHEMA, FILE_SCHEMA, SETTING_KEYS, type SettingKey, type Settings, SWEEP_SCHEMA } from "./schema.ts";
import { checkKinds } from "./task-kinds.ts";
import { checkTasks } from "./tasks.ts";
import { checkTuned } from "./tuned.ts";

/** A config while it is put together. */
interface Draft {
  readonly settings: Settings;
  readonly origins: Record<SettingKey, SettingOrigin>;
  /** What gave a setting, apart from the complete file. */
  readonly sources: Partial<Record<SettingKey, Source>>;
  /** Settings whose value is wrong: what depends on them is not checked. */
  readonly unread: Set<SettingKey>;
  /** Settings that were given after `tuned`. */
  readonly sinceTuned: Set<SettingKey>;
  readonly complaints: Complaints;
  /** Whether steps are chosen because rows of the user's own took the generator's place, and nobody has said a number. */
  areStepsAuto: boolean;
}

interface Source {
  readonly name: string;
  readonly isFile: boolean;
}

/**
 * A complete file, with those that extend it and then the overrides laid over it, checked and frozen. Throws UsageError
 * with a line for each thing that is wrong.
 */
export function checkConfig(
  file: GivenValues,
  overrides: readonly Override[],
  extending: readonly GivenValues[] = [],
): Config {
  const draft = draftOf(file);
  for (const one of extending) layFile(draft, one);
  for (const one of rowsFirst(overrides)) layOverride(draft, one);
  checkWhole(draft, file.source);
  draft.complaints.end();
  return frozen({ ...draft.settings, origins: draft.origins });
}

/** Values that are right, of some settings. */
type Right = Partial<Settings> & { readonly marks?: Partial<Record<SettingKey, SettingOrigin>> };

function draftOf(file: GivenValues): Draft {
  expectTree(file);
  const [complaints, unread] = [new Complaints(), new Set<SettingKey>()];
  const { marks = {}, ...settings } = rightOf(FILE_SCHEMA, file, { complaints, unread, prepare: upToDate });
  const origins = Object.fromEntries(SETTING_KEYS.map((key) => [key, marks[key] ?? "yours"])) as Draft["origins"];
  return {
    settings: settings as Settings,
    origins,
    sources: {},
    unread,
    sinceTuned: new Set(),
    complaints,
    areStepsAuto: false,
  };
}

function layFile(draft: Draft, file: GivenValues): void {
  expectTree(file);
  lay(draft, rightOf(EXTENDING_SCHEMA, file, draft), { name: file.source, isFile: true });
}

function layOverride(draft: Draft, override: Override): void {
  const { settings, unread, complaints } = draft;
  const given = complaints.attempt(() =>
    "valuesAfter" in override ? { ...override, values: override.valuesAfter(readable(settings, unread)) } : override,
  );
  if (given === undefined) return;
  const place = within(override.source);
  lay(draft, rightOf(SWEEP_SCHEMA.partial(), given, { ...draft, place }), { name: override.source, isFile: false });
}

/** Definitions of models are added to those before. */
function lay(draft: Draft, right: Right, source: Source): void {
  const { settings, origins, sources, unread, sinceTuned } = draft;
  const { marks = {}, ownModels, ...given } = right;
  const stopping = stoppingAfter(settings, given, draft.areStepsAuto);
  const others = { ...given, ...stopping };
  draft.areStepsAuto = stopping.patience != null || (draft.areStepsAuto && !("steps" in given || "patience" in given));
  const values = { ...others, ...(ownModels && { ownModels: withModels(settings.ownModels ?? [], ownModels) }) };
  if ("tuned" in values) sinceTuned.clear();
  for (const [key, value] of Object.entries(values) as [SettingKey, never][]) {
    if (marks[key] !== undefined) origins[key] = marks[key];
    else if (!same(settings[key], value)) origins[key] = "yours";
    settings[key] = value;
    sources[key] = source;
    unread.delete(key);
    if (!("tuned" in values)) sinceTuned.add(key);
  }
}

interface Reading extends Pick<Draft, "complaints" | "unread"> {
  /** The place of a path into the values, in a complaint. */
  readonly place?: (path: string) => string;
  /** What becomes of the values before they are checked. */
  readonly prepare?: (given: GivenValues) => GivenValues;
}

/** Of the values those that fit `schema`, with rows filled in and definitions of models apart. */
function rightOf(schema: z.ZodObject, given: GivenValues, reading: Reading): Right {
  const { source } = given;
  const { complaints, unread, place = (path) => `${source}: ${path}`, prepare = (one) => one } = reading;
  const withSteps = withAutoSteps(given);
  const withTable = complaints.attempt(() => withRows(withSteps, place));
  const { values } = prepare(withTable ?? withSteps);
  const leftOut = withTable === undefined ? Object.fromEntries(["rows", ...OF_ROWS].map((key) => [key, true])) : {};
  const kept = Object.entries(values as object).filter(([key]) => !Object.hasOwn(leftOut, key));
  const { data, wrong, keys } = checkedParts(schema.omit(leftOut as never), Object.fromEntries(kept), place, source);
  complaints.add(wrong);
  for (const key of [...Object.keys(leftOut), ...keys]) unread.add(key as SettingKey);
  const {
    extends: _,
    version: __,
    models,
    ownModels,
    ...others
  } = data as Right & { extends?: string; version?: number };
  const apart = complaints.attempt(() =>
    definitionsApart({ ...(models && { models }), ...(ownModels && { ownModels }) }, given),
  );
  if (apart === undefined) for (const key of ["models", "ownModels"] as const) unread.add(key);
  const marks = { ...others.marks, ...autoMarks(given) };
  return withoutSingles({ ...others, ...apart, ...(Object.keys(marks).length > 0 && { marks }) }) as Right;
}

/** Refuses settings that do not fit together, and fills in what follows from others. */
function checkWhole({ settings, origins, sources, unread, sinceTuned, complaints }: Draft, file: string): void {
  const place = (key: SettingKey, at = "") => {
    const { name, isFile } = sources[key] ?? { name: file, isFile: true };
    return isFile ? `${name}: ${key === "ownModels" ? "models" : key}${at}` : name;
  };
  const given = (key: SettingKey) => (sources[key] === undefined ? undefined : place(key));
  const checks = (check: (settings: Settings) => void) => complaints.holds(() => check(readable(settings, unread)));
  checks((all) => withCrossedRuns(all, { cross: given("cross"), runs: given("runs") }, file));
  checks((all) => {
    settings.ownModels = ownModelsIn(all);
    origins.ownModels = settings.ownModels.length > 0 ? "yours" : "assumed";
  });
  if (settings.rows) origins.tasks = "yours"; // the table has them
  checks((all) => checkRows(all, place));
  checks((all) => checkKinds(all, place));
  checks((all) => checkPatience(all, place));
  checks((all) => checkChooseBy(all, place));
  if (!checks((all) => checkTasks(all, place))) unread.add("data");
  if (!checks((all) => checkModels(all, place))) unread.add("models");
  checks((all) => checkGrid(all, place));
  checks((all) => checkTuned(all, [...sinceTuned], place));
  checks((all) => checkOptimizer(all, place));
  checks((all) => checkHeard(all, place));
}

/** The places of a flag's value: the flag and, of a setting with keys, the key: `--set data: alpha[1]`. */
function within(flag: string): (path: string) => string {
  return (path) => {
    const dot = path.indexOf(".");
    return dot < 0 ? flag : `${flag}: ${path.slice(dot + 1)}`;
  };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function frozen(config: Config): Config {
  const freeze = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const inner of Object.values(value)) freeze(inner);
    Object.freeze(value);
  };
  freeze(config);
  return config;
}
