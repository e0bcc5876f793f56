import { existsSync, readdirSync } from "node:fs";
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parse, type Tags, YAMLParseError } from "yaml";
import { UsageError } from "../errors.ts";
import { readText } from "../files.ts";
import { listed } from "../text.ts";
import { checkConfig } from "./check.ts";
import { shownValue } from "./checked-by.ts";
import type { Config } from "./config.ts";
import { type GivenValues, isTree, type Override, type Tree, withDefaults, withoutCross } from "./file-version.ts";
import { plainNameOf } from "./kinds.ts";
import { type Ranges, withEnds } from "./ranges.ts";
import { OF_ROWS } from "./rows.ts";
import { GRID_KEYS, SETTING_KEYS, type SettingKey } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** The presets' folder, in the repository and in the installed package. */
export const PRESETS = fileURLToPath(new URL("../../configs/", import.meta.url));

/** The most bytes of a config file: the presets have some 2,000. */
const LARGEST_FILE = 1_000_000;

/** Names of the presets that come with the package. */
export function presetNames(): string[] {
  return readdirSync(PRESETS)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => basename(file, ".yaml"));
}

/**
 * The config of a file or preset, over what it extends, with `overrides` (from flags and --set) laid over it in turn. With
 * `ranges`, which gets them, a setting may be a range: in the config it is the list of its ends.
 * Throws UsageError with a line for each thing that is wrong: the file, the place, what was expected and what it got.
 */
export function loadConfig(fileOrPreset: string, overrides: readonly Override[] = [], ranges?: Ranges): Config {
  const path = findFile(fileOrPreset);
  const read = (given: GivenValues) => (ranges ? withEnds(given, ranges) : given);
  const files = withBases(path, path.startsWith(PRESETS) ? presetSource(path) : fileOrPreset);
  const [root, ...extending] = files.map(read);
  return checkConfig(
    root,
    overrides.map((one) => ("values" in one ? read(one) : one)),
    extending,
  );
}

/** The config that a sweep stored beside its results. Throws UsageError for one that is not complete. */
export function loadStoredConfig(path: string): Config {
  return checkConfig(readYaml(path), []);
}

/** The values of a file, after those of the files that it extends: the first is complete. */
function withBases(path: string, source: string, above: readonly string[] = []): GivenValues[] {
  const given = readYaml(path, source);
  const chain = [...above, path];
  const base = extendsWhat(given, presetNames());
  if (base === undefined) return [given];
  const isPreset = presetNames().includes(base);
  const beside = isAbsolute(base) ? base : join(dirname(path), base);
  const file = isPreset ? join(PRESETS, `${base}.yaml`) : beside;
  const where = isAbsolute(base) ? "" : ` in ${dirname(path)}`;
  if (!existsSync(file)) throw new UsageError(`${source}: extends: ${base}: ${noneOf(base, where)}`);
  const circle = chain.findIndex((one) => resolve(one) === resolve(file));
  if (circle >= 0) {
    const files = [...chain.slice(circle), file].map((one) => basename(one)).join(" extends ");
    throw new UsageError(`${source}: extends: expected a config that does not extend this one, got a circle: ${files}`);
  }
  const values = extendingValues(given, isPreset ? base : basename(base));
  return [...withBases(file, isPreset ? presetSource(file) : file, chain), values];
}

function presetSource(path: string): string {
  return `configs/${relative(PRESETS, path)}`;
}

/** The values in a YAML file, which errors call `source`. */
export function readYaml(path: string, source = path): GivenValues {
  const values = parseFile(readText(path, { source, most: LARGEST_FILE }), source);
  return { source, values: withoutCross(values, source), folder: dirname(path) };
}

/** One override from a flag: `--corr` and a list of texts, `--runs` and one text. */
export function override(source: string, key: string, text: string | readonly string[]): GivenValues {
  const value = typeof text === "string" ? parseValue(text) : text.map(parseValue);
  return { source, values: { [key]: value } };
}

/** Settings that are always lists. */
const LISTS: readonly string[] = ["correlations", "models", "diagnostics"] satisfies SettingKey[];

/** One override from a flag whose setting is a list, or may be, by commas or as YAML: `--lr 0.001,0.01`. */
export function listOverride(source: string, key: string, text: string): GivenValues {
  const isYaml = /[[\]{}&*]/.test(text);
  const mayBeList = (key === "evalEvery" || GRID_KEYS.some((listed) => listed === key)) && text.includes(",");
  const isList = !isYaml && (mayBeList || LISTS.includes(key));
  return override(source, key, isList ? text.split(",").map((item) => item.trim()) : text);
}

/** `--set key=value`, the value in YAML, or several by commas (`lr=0.01`, `lr=0.001,0.01`, `models=[mmoe, omoe]`). */
export function setOverride(assignment: string): GivenValues {
  const at = assignment.indexOf("=");
  if (at < 1) throw new UsageError(`--set: expected key=value, got '${assignment}'`);
  const key = assignment.slice(0, at);
  if (!(SETTING_KEYS as string[]).includes(key)) {
    throw new UsageError(
      `--set: unknown key '${key}'${didYouMean(key, SETTING_KEYS) || `; keys: ${SETTING_KEYS.join(", ")}`}`,
    );
  }
  return listOverride(`--set ${key}`, key, assignment.slice(at + 1));
}

function findFile(fileOrPreset: string): string {
  const preset = join(PRESETS, `${fileOrPreset}.yaml`);
  if (presetNames().includes(fileOrPreset)) return preset;
  if (existsSync(fileOrPreset)) return fileOrPreset;
  if (/^regimes\/[\w-]+$/.test(fileOrPreset) && existsSync(preset)) return preset;
  throw new UsageError(`${fileOrPreset}: ${noneOf(fileOrPreset)}`);
}

function noneOf(fileOrPreset: string, where = ""): string {
  const names = presetNames();
  const hint = didYouMean(fileOrPreset, names) || `; presets: ${names.join(", ")}`;
  return `no such file${where} or preset${hint}`;
}

function parseFile(text: string, source: string): unknown {
  try {
    return yamlValue(text);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new UsageError(`${source}${error.place}: ${error.message}`);
  }
}

/** A flag's text as a YAML value; if it is not YAML it stays text, which the schema refuses. */
export function parseValue(text: string): unknown {
  try {
    return yamlValue(text, { decimal: true });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return text;
  }
}

/** What a file extends that gives some settings only, and does not say what. */
const DEFAULT_BASE = "paper";

/** Keys of a file that say nothing of what is trained. */
const SAID_OF_FILE = ["name", "about", "extends", "marks", "report"];

/**
 * What a file extends: what it says, or {@link DEFAULT_BASE} if it lacks settings. Undefined for a file that is complete,
 * or that a sweep stored. Throws UsageError for what can't be a base.
 */
function extendsWhat(given: GivenValues, presets: readonly string[]): string | undefined {
  const { source, values } = given;
  if (!isTree(values)) return undefined;
  if (!("extends" in values))
    return values.version === undefined && !isComplete(given, values) ? DEFAULT_BASE : undefined;
  const base = values.extends;
  if (typeof base !== "string" || base === "")
    throw new UsageError(
      `${source}: extends: expected a preset (${presets.join(", ")}) or the path of a config, got ${shownValue(base)}`,
    );
  if (values.version !== undefined)
    throw new UsageError(
      `${source}: extends: a file with a version is a stored config, which is complete; leave out one`,
    );
  return base;
}

function isComplete(given: GivenValues, values: Tree): boolean {
  const current = withDefaults(given).values as Tree;
  const followsFromRows = (key: string) => isGiven(values.rows) && OF_ROWS.some((one) => one === key);
  return SETTING_KEYS.every((key) => key in current || followsFromRows(key));
}

/** What a file gives over its base: its own name and sentence, never the base's, and for rows of a file their loss. */
function extendingValues(given: GivenValues, base: string): GivenValues {
  const values = given.values as Tree;
  const changed = Object.keys(values).filter((key) => !SAID_OF_FILE.includes(key));
  const name = plainNameOf(basename(given.source, extname(given.source)), "sweep");
  const about = changed.length === 0 ? `Like ${base}` : `Like ${base}, except for ${listed(changed)}`;
  return { ...given, values: { name, about, ...(isGiven(values.rows) && { report: "heldout" }), ...values } };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** Errors with line and column, and no warnings on stderr. */
const OPTIONS = { prettyErrors: true, logLevel: "error" } as const;

/** What is wrong with a text that is not YAML, or not a config. */
class YamlError extends Error {
  override name = "YamlError";
  /** `:line:column`, as far as that is known. */
  readonly place: string;

  constructor(message: string, place = "") {
    super(message);
    this.place = place;
  }
}

/**
 * The value of a YAML text: a tree, as aliases are resolved and a circle of them is refused. With `decimal`, numbers that are not,
 * such as 0x1, stay text. Throws YamlError.
 */
function yamlValue(text: string, { decimal = false } = {}): unknown {
  const value = parsed(text, decimal);
  try {
    JSON.stringify(value, (key, inner) => {
      if (key === "__proto__") throw new YamlError("unknown key '__proto__'"); // which schemas pass over
      return inner;
    });
  } catch (error) {
    throw error instanceof YamlError ? error : new YamlError("an alias within its own anchor");
  }
  return value;
}

function parsed(text: string, decimal: boolean): unknown {
  try {
    return parse(text, { ...OPTIONS, ...(decimal && { customTags: decimalOnly }) });
  } catch (error) {
    const message = (error as Error).message.split(/ at line|\n|; please use YAML/)[0];
    const at = error instanceof YAMLParseError ? error.linePos?.[0] : undefined;
    const place = at === undefined ? "" : `:${at.line}:${at.col}`;
    throw new YamlError(message.includes("call stack") ? "nested too deep" : message, place);
  }
}

function decimalOnly(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || !["HEX", "OCT"].includes(String(tag.format)));
}
