import { z } from "zod";
import { UsageError } from "../errors.ts";
import { type GivenValues, isTree, type Tree } from "./file-version.ts";
import { didYouMean, meantBy } from "./suggest.ts";

/** Refuses what is no settings at all: UsageError. */
export function expectTree(given: GivenValues): asserts given is GivenValues & { readonly values: Tree } {
  const { source, values } = given;
  if (!isTree(values)) throw new UsageError(`${source}: expected settings (key: value), got ${shownValue(values)}`);
}

/** `values` by `schema`. Throws UsageError with a line for each thing that does not fit; `place` makes its place of a path. */
export function checkedBy<T extends z.ZodObject>(
  schema: T,
  values: object,
  place: (path: string) => string,
  source: string,
): z.output<T> {
  const result = schema.safeParse(values, { error: explained, reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues.flatMap(innermost);
  const unknown = issues.filter((issue) => issue.code === "unrecognized_keys");
  const isMistyped = ({ input, path }: z.core.$ZodIssue) =>
    input === undefined && unknown.some(({ keys }) => keys.some((key) => meantBy(key, [String(path.at(-1))])));
  const others = issues.filter((issue) => issue.code !== "unrecognized_keys" && !isMistyped(issue));
  const lines = [...unknown, ...others].flatMap(({ path, message }) => {
    const at = path.length > 0 ? place(pathText(path)) : source;
    return message.split("\n").map((line) => `${at}: ${line}`);
  });
  throw new UsageError([...new Set(lines)]);
}

/** What was expected, by the description of the schema that refuses, and what it got; a line for each unknown key. */
const explained: z.core.$ZodErrorMap = (issue) => {
  const { input, schema } = issue;
  if (issue.code === "unrecognized_keys") {
    const known = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
    return issue.keys.map((key) => `unknown key '${key}'${didYouMean(key, known)}`).join("\n");
  }
  const hint = typeof input === "string" ? didYouMean(input, namesIn(schema)) : "";
  return `expected ${descriptionOf(schema)}, got ${shownValue(input)}${hint}`;
};

/** A description; of a setting that may be listed, that of one value. */
function descriptionOf(schema: unknown): string {
  const own = schema instanceof z.ZodType ? schema.description : undefined;
  return own ?? (schema instanceof z.ZodUnion ? descriptionOf(schema.options[0]) : "a value of another kind");
}

/** The names that a schema may be, alone or among other kinds. */
function namesIn(schema: unknown): string[] {
  const options: unknown[] = schema instanceof z.ZodUnion ? [...schema.options] : [schema];
  const names = options.find((option) => option instanceof z.ZodEnum)?.options ?? [];
  return names.map(String);
}

/** Of a setting of several kinds: what is wrong within the kind that was given, if it is one of them. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union") return [issue];
  const isWithin = ({ code, path }: z.core.$ZodIssue) => code === "unrecognized_keys" || path.length > 0;
  const [within] = issue.errors.filter((issues) => issues.some(isWithin)).sort((a, b) => unknownIn(a) - unknownIn(b));
  return within?.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) ?? [issue];
}

/** How many keys of the value itself a kind does not know. */
function unknownIn(issues: readonly z.core.$ZodIssue[]): number {
  return issues.flatMap((issue) => (issue.code === "unrecognized_keys" && issue.path.length === 0 ? issue.keys : []))
    .length;
}

/** `models[1].experts.shared` */
function pathText(path: readonly PropertyKey[]): string {
  return path.map((key, i) => (typeof key === "number" ? `[${key}]` : `${i > 0 ? "." : ""}${String(key)}`)).join("");
}

/** A value as an error shows it, on one line. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
