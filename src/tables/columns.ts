// Which columns a table has, and what each is for.
import type { ChosenColumns, SideColumn } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { isName, printable } from "../text.ts";
import { thousands } from "../units.ts";

export const PART = "part";
/** In the order of their marks. */
export const PARTS = ["train", "test", "validation"] as const;
/** What the column may say for each of `PARTS`. */
const PART_WORDS: Readonly<Record<(typeof PARTS)[number], readonly string[]>> = {
  train: ["train"],
  test: ["test", "heldout"],
  validation: ["validation", "val", "valid", "dev"],
};

/** The place of a row's part among `PARTS`; -1 for another word. */
export function partIn(word: string): number {
  return PARTS.findIndex((part) => PART_WORDS[part].includes(word));
}

export const PART_CHOICES = "train, validation or test";

/** The columns of a table, by their places in a row. */
export interface Columns {
  /** Names of the inputs, [D], and of the labels, [K], as in the file. */
  readonly inputs: readonly string[];
  readonly labels: readonly string[];
  /** Places of inputs, then of labels, [D + K]. */
  readonly places: readonly number[];
  /** Place of the column that says which part a row is of; undefined if there is none. */
  readonly part: number | undefined;
  /** Places of the columns beside them, in their order; such a column may be an input or a label, too. */
  readonly sides: readonly number[];
  /** Whether the user named the labels: names of columns do not say it. */
  readonly areChosen: boolean;
}

/** Columns that the user named; those of `tasks` only count where the names of columns do not say which are labels. */
export interface NamedColumns extends ChosenColumns {
  /** Columns that are neither labels nor inputs. */
  readonly ignore?: readonly string[];
  readonly onlyIfNeeded?: boolean;
  /** `; did you mean 'X'?` of a word and those that are known; empty if none is near. */
  readonly didYouMean?: (word: string, known: readonly string[]) => string;
}

/** `x`, `x1`, `x_age`, `x.age`: a letter alone or before a digit or a sign, so that `year` is no label. */
const ROLE = /^([xy])(?![a-z])/i;

/** A sign that separates columns elsewhere. */
const SEPARATOR = /[;|\t]/;

/** Mmoe's models learn several tasks. */
const LEAST_LABELS = 2;

/** Most columns, and most characters of all their names: a stored config lists them, and is read as a whole. */
export const MOST_COLUMNS = 50_000;
const MOST_CHARACTERS = 400_000;

/**
 * Columns by `chosen`, or else by their names; one that splits the rows is an input or label only if these say so. Throws UsageError, by
 * the name `source`, for a name that says no role, and for a chosen column that is not there.
 */
export function tableColumns(
  header: readonly string[],
  source: string,
  chosen?: NamedColumns,
  sides: readonly SideColumn[] = [],
): Columns {
  checkWidth(header, source);
  const names = header.map((name) => name.trim());
  if (names.length === 1 && SEPARATOR.test(names[0]))
    throw new UsageError(`${source}: one column, '${printable(names[0]).slice(0, 60)}'; separate columns by commas`);
  const odd = names.findIndex((name) => !isName(name));
  if (odd >= 0) throw new UsageError(`${source}: the name of column ${odd + 1}: ${unprintable(names[odd])}`);
  const areChosen =
    chosen !== undefined && !(chosen.onlyIfNeeded && names.every((name) => isSide(name, sides) || saysRole(name)));
  expectThere(names, source, sides, areChosen ? chosen : undefined);
  const { inputs, labels } = areChosen
    ? chosenPlaces(names, source, chosen, sides)
    : placesByName(names, source, sides);
  expectDistinct(names, source);
  if (inputs.length === 0) throw new UsageError(`${source}: no column is an input; ${NAMES}`);
  if (labels.length < LEAST_LABELS)
    throw new UsageError(
      `${source}: expected at least ${LEAST_LABELS} labels, one per task, got ${labels.length}; ${NAMES}, or are named by --label`,
    );
  const part = names.indexOf(PART);
  const named = (places: readonly number[]) => places.map((i) => names[i]);
  return {
    inputs: named(inputs),
    labels: named(labels),
    places: [...inputs, ...labels],
    part: part < 0 ? undefined : part,
    sides: sides.map(({ column }) => names.indexOf(column)),
    areChosen,
  };
}

/** Throws UsageError for a column that occurs twice. */
export function expectDistinct(names: readonly string[], source: string): void {
  if (new Set(names).size === names.length) return;
  const twice = names.find((name, i) => names.indexOf(name) < i);
  throw new UsageError(`${source}: column '${twice}' occurs twice; rename one`);
}

/** Throws UsageError for named columns that are not there, all at once. */
function expectThere(names: readonly string[], source: string, sides: readonly SideColumn[], chosen?: NamedColumns) {
  const { labels = [], inputs = [], ignore = [], didYouMean = () => "" } = chosen ?? {};
  const wanted = new Set([...sides.map(({ column }) => column), ...labels, ...(inputs ?? []), ...ignore]);
  const missing = [...wanted].filter((name) => name !== PART && !names.includes(name));
  if (missing.length === 0) return;
  const near = missing.length === 1 ? didYouMean(missing[0], names) : "";
  const what = missing.length === 1 ? "no column" : "no columns";
  const named = missing.slice(0, MOST_SHOWN).map((name) => `'${name}'`);
  throw new UsageError(`${source}: ${what} ${named.join(", ")}${near || columnsText(names)}`);
}

/** Places of inputs and of labels in the header. */
type Places = Readonly<Record<"inputs" | "labels", readonly number[]>>;

function isSide(name: string, sides: readonly SideColumn[]): boolean {
  return sides.some(({ column }) => column === name);
}

function placesByName(names: readonly string[], source: string, sides: readonly SideColumn[]): Places {
  const odd = names.find((name) => !isSide(name, sides) && !saysRole(name));
  if (odd !== undefined) throw new UsageError(`${source}: column '${odd.slice(0, 100)}': ${EXPECTED}`);
  const weight = sides.find(({ by }) => by === "weight")?.column;
  const isOther = (name: string) => name !== PART && name !== weight;
  const of = (role: string) =>
    [...names.keys()].filter((i) => isOther(names[i]) && saysRole(names[i]) && names[i]?.[0]?.toLowerCase() === role);
  return { inputs: of("x"), labels: of("y") };
}

function saysRole(name: string): boolean {
  return name === PART || (ROLE.test(name) && !SEPARATOR.test(name));
}

/** Labels, and inputs that are given, in the order of `chosen`; other inputs in that of the file: metrics change none of them. */
function chosenPlaces(
  names: readonly string[],
  source: string,
  { labels, inputs, ignore = [] }: NamedColumns,
  sides: readonly SideColumn[],
): Places {
  const apart = sides.filter(({ by }) => by !== "metricsBy");
  const others = [...new Set(names)].filter(
    (name) => name !== PART && !isSide(name, apart) && !labels.includes(name) && !ignore.includes(name),
  );
  const both = [...labels, ...(inputs ?? others)];
  const weight = sides.find(({ by, column }) => by === "weight" && both.includes(column));
  if (weight) throw new UsageError(`${source}: column '${weight.column}' is the rows' weight; it is no label or input`);
  const twice = both.find((name, i) => both.indexOf(name) < i);
  if (twice !== undefined) throw new UsageError(`${source}: column '${twice}' is named twice among labels and inputs`);
  const ignored = both.find((name) => ignore.includes(name));
  if (ignored !== undefined)
    throw new UsageError(`${source}: column '${ignored}' is named both among labels and inputs and to be ignored`);
  if ([...both, ...ignore].includes(PART))
    throw new UsageError(`${source}: column '${PART}' says ${PART_CHOICES}; it is no label or input`);
  const placesOf = (some: readonly string[]) => some.map((name) => names.indexOf(name));
  return { inputs: placesOf(inputs ?? others), labels: placesOf(labels) };
}

/** `; columns: age, city` */
export function columnsText(names: readonly string[], columns = "columns"): string {
  const few = names.length > MOST_SHOWN ? [...names.slice(0, MOST_SHOWN), "..."] : names;
  return `; ${columns}: ${few.join(", ").slice(0, MOST_TEXT)}`;
}

/** Columns, and characters of their names, that a message shows. */
const [MOST_SHOWN, MOST_TEXT] = [20, 300];

/** Refuses more columns, or more characters of their names, than a table may have. */
export function checkWidth(header: readonly string[], source: string, names = "names of columns"): void {
  const expected = (most: number, what: string, got: number) =>
    new UsageError(`${source}: too large: expected at most ${thousands(most)} ${what}, got ${thousands(got)}`);
  if (header.length > MOST_COLUMNS) throw expected(MOST_COLUMNS, "columns", header.length);
  const characters = header.reduce((sum, { length }) => sum + length, 0);
  if (characters > MOST_CHARACTERS) throw expected(MOST_CHARACTERS, `characters in all ${names}`, characters);
}

/** What is wrong with a text that can't be a name. */
export function unprintable(text: string): string {
  return `expected a text on one line without control characters, got '${printable(text.trim()).slice(0, 60)}'`;
}

const NAMES = "names of inputs begin with x (x1, x_age), those of labels with y (y1, y_price)";

const EXPECTED = `${NAMES}, and 'part' says ${PART_CHOICES}; rename it, leave it out, or name the labels of the table by --label`;
