import { z } from "zod";
import { UsageError } from "../errors.ts";
import { type GivenValues, isTree, type Tree } from "./file-version.ts";
import { didYouMean, meantBy } from "./suggest.ts";

/** Refuses what is no settings at all: UsageError. */
export function expectTree(given: GivenValues): asserts given is GivenValues & { readonly values: Tree } {
  const { source, values } = given;
  if (!isTree(values)) throw new UsageError(`${source}: expected settings (key: value), got ${shownValue(values)}`);
}

type Place = (path: string) => string;

/** `values` by `schema`. If they do not fit, throws UsageError with the places that `place` makes of paths. */
export function checkedBy<T extends z.ZodObject>(schema: T, values: object, place: Place, source: string): z.output<T> {
  const { data, wrong } = checkedParts(schema, values, place, source);
  if (wrong.length > 0) throw new UsageError(wrong);
  return data as z.output<T>;
}

/** What of `values` fits `schema`, a line for each thing that does not, and the keys that these are of. */
interface CheckedParts<T> {
  readonly data: Partial<T>;
  readonly wrong: readonly string[];
  readonly keys: readonly string[];
}

/** The same without throwing. */
export function checkedParts<T extends z.ZodObject>(
  schema: T,
  values: object,
  place: Place,
  source: string,
): CheckedParts<z.output<T>> {
  const result = schema.safeParse(values);
  if (result.success) return { data: result.data, wrong: [], keys: [] };
  const issues = result.error.issues.flatMap(innermost);
  const mistyped = issues.flatMap((issue) => (issue.code === "unrecognized_keys" ? unknownKeys(issue) : []));
  const misnamed = new Set(mistyped.map(({ meant }) => meant)); // a mistyped key is also a missing one
  const others = issues.filter(
    ({ code, path }) =>
      code !== "unrecognized_keys" && !(misnamed.has(pathText(path)) && valueAt(values, path) === undefined),
  );
  const wrong = [
    ...mistyped.map(({ line }) => line),
    ...others.map((issue) => explained(schema, values, issue, place)),
  ];
  const keys = [...new Set(issues.flatMap(keysOf))];
  const right = Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key)));
  return { data: schema.partial().parse(right) as Partial<z.output<T>>, wrong, keys };

  function unknownKeys({ keys: unknown, path }: z.core.$ZodIssueUnrecognizedKeys) {
    const at = path.length > 0 ? place(pathText(path)) : source;
    const known = leafOf(schema, path, values).keys;
    return unknown.map((key) => ({
      line: `${at}: unknown key '${key}'${didYouMean(key, known)}`,
      meant: pathText([...path, meantBy(key, known) ?? key]),
    }));
  }
}

/** The keys of the values that an issue is of. */
function keysOf(issue: z.core.$ZodIssue): string[] {
  if (issue.path.length > 0) return [String(issue.path[0])];
  return issue.code === "unrecognized_keys" ? [...issue.keys] : [];
}

/** Of a setting of several kinds: what is wrong within the kind that was given, if it is one of them. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const [within] = issue.errors.filter((issues) => issues.some(isWithin)).sort((a, b) => unknownIn(a) - unknownIn(b));
  return within?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
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

function explained(schema: z.ZodObject, values: object, issue: z.core.$ZodIssue, place: Place): string {
  const value = valueAt(values, issue.path);
  const at = place(pathText(issue.path));
  const { description, options } = leafOf(schema, issue.path, values);
  const hint = typeof value === "string" && options ? didYouMean(value, options) : "";
  return `${at}: expected ${description}, got ${shownValue(value)}${hint}`;
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
    let orNull: string | undefined;
    while (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) {
      orNull ??= inner.description;
      inner = inner.unwrap();
    }
    if (inner instanceof z.ZodUnion) [inner, orNull] = [kindOf(inner, value), undefined];
    description = orNull ?? (inner instanceof z.ZodType ? inner.description : undefined) ?? description;
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
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
