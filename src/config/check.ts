import { z } from "zod";
import { UsageError } from "../errors.ts";
import { checkGrid, withoutSingles } from "./check-grid.ts";
import type { Config, SettingOrigin } from "./config.ts";
import { type GivenValues, upToDate } from "./file-version.ts";
import { FILE_SCHEMA, SETTING_KEYS, type SettingKey, type Settings, SWEEP_SCHEMA } from "./schema.ts";
import { didYouMean } from "./suggest.ts";
import { checkTasks } from "./tasks.ts";
import { checkTuned } from "./tuned.ts";

/** The file with the overrides laid over it, checked and frozen. Throws UsageError for the first thing wrong. */
export function checkConfig(file: GivenValues, overrides: readonly GivenValues[]): Config {
  const { marks, version: _, ...settings } = checkFile(FILE_SCHEMA, upToDate(file));
  const origins = Object.fromEntries(SETTING_KEYS.map((key) => [key, marks[key] ?? "yours"])) as Record<
    SettingKey,
    SettingOrigin
  >;

  const merged: Record<string, unknown> = withoutSingles(settings);
  const sources: Partial<Record<SettingKey, string>> = {};
  for (const { source, values } of overrides) {
    const checkedValues = checkedBy(SWEEP_SCHEMA.partial(), values as object, () => source, source);
    for (const [key, value] of Object.entries(withoutSingles(checkedValues))) {
      if (!same(merged[key], value)) origins[key as SettingKey] = "yours";
      merged[key] = value;
      sources[key as SettingKey] = source;
    }
  }
  const place = (key: SettingKey) => sources[key] ?? `${file.source}: ${key}`;
  checkTasks(merged as Settings, place);
  checkGrid(merged as Settings, place);
  checkTuned(merged as Settings, sources.tuned === undefined ? Object.keys(sources) : [], place);
  return frozen({ ...merged, origins } as Config);
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
  const first = (issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0]) as z.core.$ZodIssue;
  const issue = { ...first, path: innermostPath(first, values) };
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0] as string;
    const within = issue.path.length > 0 ? `${issue.path.join(".")}: ` : "";
    throw new UsageError(`${source}: ${within}unknown key '${key}'${didYouMean(key, Object.keys(schema.shape))}`);
  }
  throw new UsageError(explained(schema, values, issue, place));
}

function explained(
  schema: z.ZodObject,
  values: object,
  issue: z.core.$ZodIssue,
  place: (path: string) => string,
): string {
  const value = valueAt(values, issue.path);
  const at = place(
    issue.path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join(""),
  );
  const { description, options } = leafOf(schema, issue.path, values);
  const hint = typeof value === "string" && options ? didYouMean(value, options) : "";
  return `${at}: expected ${description}, got ${shown(value)}${hint}`;
}

/** The path of what is wrong: in a list that may also be one value, that of the value in it. */
function innermostPath(issue: z.core.$ZodIssue, values: object): PropertyKey[] {
  if (issue.code !== "invalid_union" || !Array.isArray(valueAt(values, issue.path))) return issue.path;
  return [...issue.path, ...(issue.errors.at(-1)?.[0]?.path ?? [])];
}

function valueAt(values: object, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | undefined)?.[key], values);
}

/** What is expected at a path into `values`: the description of the innermost schema on it that has one. */
function leafOf(
  schema: z.ZodType,
  path: readonly PropertyKey[],
  values: object,
): { description: string; options: string[] | undefined } {
  let inner: unknown = schema;
  let value: unknown = values;
  let description = "a value of another kind";
  for (const key of [...path, undefined]) {
    while (inner instanceof z.ZodOptional) inner = inner.unwrap();
    inner = chosenOf(inner, value);
    if (inner instanceof z.ZodType && inner.description) description = inner.description;
    while (inner instanceof z.ZodNullable) inner = inner.unwrap();
    if (key === undefined) break;
    value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
    if (inner instanceof z.ZodObject) inner = inner.shape[key as string];
    else if (inner instanceof z.ZodArray) inner = inner.element;
    else break;
  }
  return { description, options: inner instanceof z.ZodEnum ? (inner.options as string[]) : undefined };
}

/** The schema of what was given for a setting that may be one value or a list, if it does not describe both itself. */
function chosenOf(schema: unknown, value: unknown): unknown {
  const options: unknown[] = schema instanceof z.ZodUnion ? [...schema.options] : [];
  if (schema instanceof z.ZodType && schema.description) return schema;
  if (!options.some((option) => option instanceof z.ZodArray)) return schema;
  return options.find((option) => option instanceof z.ZodArray === Array.isArray(value));
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
