import { z } from "zod";
import { UsageError } from "../errors.ts";
import { checkGrid, withoutSingles } from "./check-grid.ts";
import type { Config, SettingOrigin } from "./config.ts";
import { withCrossedRuns } from "./cross.ts";
import { type GivenValues, type Override, upToDate } from "./file-version.ts";
import { checkModels, definitionsApart, ownModelsIn, withModels } from "./own-models.ts";
import { FILE_SCHEMA, SETTING_KEYS, type SettingKey, type Settings, SWEEP_SCHEMA } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { checkTasks } from "./tasks.ts";
import { checkTuned } from "./tuned.ts";

/** The file with the overrides laid over it, checked and frozen. Throws UsageError for the first thing wrong. */
export function checkConfig(file: GivenValues, overrides: readonly Override[]): Config {
  const { marks, version: _, ...given } = checkFile(FILE_SCHEMA, upToDate(file));
  const settings = withoutSingles(definitionsApart(given, file)) as Settings;
  const origins = Object.fromEntries(SETTING_KEYS.map((key) => [key, marks[key] ?? "yours"])) as Origins;
  const sources: Partial<Record<SettingKey, string>> = {};
  for (const one of overrides) {
    for (const [key, value] of Object.entries(overriding(settings, one)) as [SettingKey, never][]) {
      if (!same(settings[key], value)) origins[key] = "yours";
      settings[key] = value;
      sources[key] = one.source;
    }
  }
  withCrossedRuns(settings, sources, file.source);
  settings.ownModels = ownModelsIn(settings);
  origins.ownModels = settings.ownModels.length > 0 ? "yours" : "assumed";
  checkSettings(settings, sources, file.source);
  return frozen({ ...settings, origins });
}

type Origins = Record<SettingKey, SettingOrigin>;

/** The settings that an override gives; definitions of models are added to those before. */
function overriding(before: Settings, override: Override): Partial<Settings> {
  const { source } = override;
  const values = "valuesAfter" in override ? override.valuesAfter(before) : override.values;
  const checked = checkedBy(SWEEP_SCHEMA.partial(), values as object, within(source), source);
  const { ownModels, ...others } = definitionsApart(checked, override);
  const all = ownModels && { ownModels: withModels(before.ownModels, ownModels) };
  return withoutSingles({ ...others, ...all });
}

/** Refuses settings that do not fit together; `sources` names the overrides among them. */
function checkSettings(settings: Settings, sources: Partial<Record<SettingKey, string>>, file: string): void {
  const place = (key: SettingKey, at = "") => sources[key] ?? `${file}: ${key === "ownModels" ? "models" : key}${at}`;
  checkTasks(settings, place);
  checkModels(settings, place);
  checkGrid(settings, place);
  checkTuned(settings, sources.tuned === undefined ? Object.keys(sources) : [], place);
}

/** The places of a flag's value: the flag and, of a setting with keys, the key: `--set data: alpha[1]`. */
function within(flag: string): (path: string) => string {
  return (path) => {
    const dot = path.indexOf(".");
    return dot < 0 ? flag : `${flag}: ${path.slice(dot + 1)}`;
  };
}

/** A file's values by `schema`. Throws UsageError for the first thing wrong. */
export function checkFile<T extends z.ZodObject>(schema: T, { source, values }: GivenValues): z.output<T> {
  if (values === null || typeof values !== "object" || Array.isArray(values)) {
    throw new UsageError(`${source}: expected settings (key: value), got ${shown(values)}`);
  }
  return checkedBy(schema, values, (path) => `${source}: ${path}`, source);
}

/** `values` by `schema`. If they do not fit, throws UsageError with the place that `place` makes of a path. */
function checkedBy<T extends z.ZodObject>(
  schema: T,
  values: object,
  place: (path: string) => string,
  source: string,
): z.output<T> {
  const result = schema.safeParse(values);
  if (result.success) return result.data;
  const { issues } = result.error; // a mistyped key is also a missing one; the mistyped key says more
  const issue = innermost(firstOf(issues));
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] as string;
    const at = issue.path.length > 0 ? place(pathText(issue.path)) : source;
    const known = leafOf(schema, issue.path, values).keys;
    throw new UsageError(`${at}: unknown key '${key}'${didYouMean(key, known)}`);
  }
  throw new UsageError(explained(schema, values, issue, place));
}

/** A mistyped key before all else. */
function firstOf(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  return (issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]) as z.core.$ZodIssue;
}

/** Of a setting of several kinds: what is wrong within the kind that was given, if it is one of them. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const within = issue.errors.filter((issues) => issues.some(isWithin)).sort((a, b) => unknownIn(a) - unknownIn(b));
  const inner = within[0] && firstOf(within[0]);
  return inner === undefined ? issue : { ...inner, path: [...issue.path, ...inner.path] };
}

/** Whether an issue is of a part of the value. */
function isWithin({ code, path }: z.core.$ZodIssue): boolean {
  return code === "unrecognized_keys" || path.length > 0;
}

/** How many keys of the value itself a kind does not know. */
function unknownIn(issues: readonly z.core.$ZodIssue[]): number {
  const unknown = issues.find((issue) => issue.code === "unrecognized_keys" && issue.path.length === 0);
  return unknown?.code === "unrecognized_keys" ? unknown.keys.length : 0;
}

function explained(
  schema: z.ZodObject,
  values: object,
  issue: z.core.$ZodIssue,
  place: (path: string) => string,
): string {
  const value = valueAt(values, issue.path);
  const at = place(pathText(issue.path));
  const { description, options } = leafOf(schema, issue.path, values);
  const hint = typeof value === "string" && options ? didYouMean(value, options) : "";
  return `${at}: expected ${description}, got ${shown(value)}${hint}`;
}

/** `models[1].experts.shared` */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

function valueAt(values: object, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], values);
}

/** What is expected at a path into `values`: the description of the innermost schema on it that has one. */
function leafOf(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  values: object,
): { description: string; options: string[] | undefined; keys: string[] } {
  let inner: unknown = schema;
  let value: unknown = values;
  let description = "a value of another kind";
  for (const key of [...path, undefined]) {
    while (inner instanceof z.ZodOptional) inner = inner.unwrap();
    if (inner instanceof z.ZodUnion) inner = kindOf(inner, value);
    if (inner instanceof z.ZodType && inner.description) description = inner.description;
    while (inner instanceof z.ZodNullable) inner = inner.unwrap();
    if (key === undefined) break;
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    if (inner instanceof z.ZodObject) inner = inner.shape[key as string];
    else if (inner instanceof z.ZodArray) inner = inner.element;
    else break;
  }
  return {
    description,
    options: namesIn(inner),
    keys: inner instanceof z.ZodObject ? Object.keys(inner.shape) : [],
  };
}

/** Of a setting of several kinds: the schema of the kind that was given. The setting itself if it says what it may be. */
function kindOf(union: z.ZodUnion, value: unknown): unknown {
  const kind = Array.isArray(value) ? "list" : typeof value === "object" && value !== null ? "tree" : "single";
  const kindOfSchema = (schema: unknown) =>
    schema instanceof z.ZodArray ? "list" : schema instanceof z.ZodObject ? "tree" : "single";
  const keys = kind === "tree" ? Object.keys(value as object) : [];
  const unknown = (schema: unknown) =>
    schema instanceof z.ZodObject ? keys.filter((key) => !Object.hasOwn(schema.shape, key)).length : 0;
  const [chosen] = (union.options as z.ZodType[])
    .filter((option) => kindOfSchema(option) === kind)
    .sort((a, b) => unknown(a) - unknown(b));
  const saysAll = union.description !== undefined && (kind === "single" || (kind === "list" && !chosen?.description));
  return saysAll || chosen === undefined ? union : chosen;
}

/** The names that a schema may be, alone or among other kinds. */
function namesIn(schema: unknown): string[] | undefined {
  const options: unknown[] = schema instanceof z.ZodUnion ? [...schema.options] : [schema];
  return options.find((option) => option instanceof z.ZodEnum)?.options as string[] | undefined;
}

/** A value as an error shows it, on one line. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
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
