import { parse, type Tags, YAMLParseError } from "yaml";

/** Errors with line and column, and no warnings on stderr. */
const OPTIONS = { prettyErrors: true, logLevel: "error" } as const;

/** What is wrong with a text that is not YAML, or not a config. */
export class YamlError extends Error {
  override name = "YamlError";
  /** `:line:column`, as far as that is known. */
  readonly place: string;

  constructor(message: string, place = "") {
    super(message);
    this.place = place;
  }
}

interface Options {
  /** Numbers are decimal, with or without an exponent; others, such as 0x1, stay text. */
  readonly decimal?: boolean;
}

/** The value of a YAML text: a tree, as aliases are resolved and a circle of them is refused. Throws YamlError. */
export function yamlValue(text: string, { decimal = false }: Options = {}): unknown {
  const value = parsed(text, decimal);
  if (hasPrototype(value)) throw new YamlError("unknown key '__proto__'");
  if (hasCircle(value)) throw new YamlError("an alias within its own anchor");
  return value;
}

function parsed(text: string, decimal: boolean): unknown {
  try {
    return parse(text, { ...OPTIONS, ...(decimal && { customTags: decimalOnly }) });
  } catch (error) {
    const message = (error as Error).message.split(/ at line|\n/)[0] as string;
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const place = at === undefined ? "" : `:${at.line}:${at.col}`;
    throw new YamlError(message.includes("call stack") ? "nested too deep" : message, place);
  }
}

function decimalOnly(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || !["HEX", "OCT"].includes(String(tag.format)));
}

/** Whether a key is `__proto__`, which schemas pass over. A circle ends where it begins. */
function hasPrototype(value: unknown, seen = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null || seen.has(value)) return false;
  seen.add(value);
  return Object.hasOwn(value, "__proto__") || Object.values(value).some((inner) => hasPrototype(inner, seen));
}

/**
 * Whether `value` is within itself; `above` are those that it is in, `whole` those that are known to have no circle.
 */
function hasCircle(value: unknown, above = new Set<unknown>(), whole = new Set<unknown>()): boolean {
  if (typeof value !== "object" || value === null || whole.has(value)) return false;
  if (above.has(value)) return true;
  above.add(value);
  const found = Object.values(value).some((inner) => hasCircle(inner, above, whole));
  above.delete(value);
  whole.add(value);
  return found;
}
