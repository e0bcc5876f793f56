// Files that give some settings, and have the others from a preset or another file.
import { basename, extname } from "node:path";
import { UsageError } from "../errors.ts";
import { listed } from "../listed.ts";
import { isTree, shownValue, type Tree } from "./checked-by.ts";
import { type GivenValues, upToDate } from "./file-version.ts";
import { plainNameOf } from "./kinds.ts";
import { OF_ROWS } from "./rows.ts";
import { SETTING_KEYS } from "./schema.ts";

/** What a file extends that gives some settings only, and does not say what. */
const DEFAULT_BASE = "paper";

/** Keys of a file that say nothing of what is trained. */
const SAID_OF_FILE = ["name", "about", "extends", "marks", "report"];

/**
 * What a file extends: what it says, or {@link DEFAULT_BASE} if it lacks settings. Undefined for a file that is complete,
 * or that a sweep stored. Throws UsageError for what can't be a base.
 */
export function extendsWhat(given: GivenValues, presets: readonly string[]): string | undefined {
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
  const current = upToDate(given).values as Tree;
  const followsFromRows = (key: string) => isGiven(values.rows) && OF_ROWS.some((one) => one === key);
  return SETTING_KEYS.every((key) => key in current || followsFromRows(key));
}

/** What a file gives over its base: its own name and sentence, never the base's, and for rows of a file their loss. */
export function extendingValues(given: GivenValues, base: string): GivenValues {
  const values = given.values as Tree;
  const changed = Object.keys(values).filter((key) => !SAID_OF_FILE.includes(key));
  const name = plainNameOf(basename(given.source, extname(given.source)), "sweep");
  const about = changed.length === 0 ? `Like ${base}` : `Like ${base}, except for ${listed(changed)}`;
  return { ...given, values: { name, about, ...(isGiven(values.rows) && { report: "heldout" }), ...values } };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
