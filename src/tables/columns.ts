// Which columns a table has, and what each is for.
import { UsageError } from "../errors.ts";
import { thousands } from "../units.ts";

export const PART = "part";
export const PARTS = ["train", "heldout"] as const;

/** The columns of a table, by their places in a row. */
export interface Columns {
  /** Names of the inputs, [D], and of the labels, [K], as in the file. */
  readonly inputs: readonly string[];
  readonly labels: readonly string[];
  /** Places of inputs, then of labels, [D + K]. */
  readonly places: readonly number[];
  /** Place of the column that says which part a row is of; undefined if there is none. */
  readonly part: number | undefined;
}

/** `x`, `x1`, `x_age`, `x.age`: a letter alone or before a digit or a sign, so that `year` is no label. */
const ROLE = /^([xy])(?![a-z])/i;

/** A sign that separates columns elsewhere. */
const SEPARATOR = /[;\t]/;

/** Mmoe's models learn several tasks. */
const LEAST_LABELS = 2;

/** Most columns, and most characters of all their names: a stored config lists them, and is read as a whole. */
const [MOST_COLUMNS, MOST_CHARACTERS] = [50_000, 400_000];

/** Columns by their names. Throws UsageError, by the name `source`, for a name that says no role. */
export function tableColumns(header: readonly string[], source: string): Columns {
  checkWidth(header, source);
  const names = header.map((name) => name.trim());
  const seen = new Set<string>();
  for (const name of names) {
    if (name !== PART && (!ROLE.test(name) || SEPARATOR.test(name)))
      throw new UsageError(`${source}: column '${name.slice(0, 100)}': ${expected(name)}`);
    if (seen.has(name)) throw new UsageError(`${source}: column '${name}' occurs twice; rename one`);
    seen.add(name);
  }
  const of = (role: string) =>
    [...names.keys()].filter((i) => names[i] !== PART && names[i]?.[0]?.toLowerCase() === role);
  const [inputs, labels] = [of("x"), of("y")];
  if (inputs.length === 0) throw new UsageError(`${source}: no column is an input; ${NAMES}`);
  if (labels.length < LEAST_LABELS)
    throw new UsageError(
      `${source}: expected at least ${LEAST_LABELS} labels, one a task, got ${labels.length}; ${NAMES}`,
    );
  const part = names.indexOf(PART);
  const named = (places: readonly number[]) => places.map((i) => names[i] as string);
  return {
    inputs: named(inputs),
    labels: named(labels),
    places: [...inputs, ...labels],
    part: part < 0 ? undefined : part,
  };
}

/** Refuses more columns, or more characters of their names, than a table may have. */
export function checkWidth(header: readonly string[], source: string, names = "names of columns"): void {
  const expected = (most: number, what: string, got: number) =>
    new UsageError(`${source}: too large: expected at most ${thousands(most)} ${what}, got ${thousands(got)}`);
  if (header.length > MOST_COLUMNS) throw expected(MOST_COLUMNS, "columns", header.length);
  const characters = header.reduce((sum, { length }) => sum + length, 0);
  if (characters > MOST_CHARACTERS) throw expected(MOST_CHARACTERS, `characters in all ${names}`, characters);
}

const NAMES = "names of inputs begin with x (x1, x_age), those of labels with y (y1, y_price)";

function expected(name: string): string {
  const separator = SEPARATOR.test(name) ? "; separate columns by commas" : "; rename it or leave it out";
  return `${NAMES}, and 'part' says train or heldout${separator}`;
}
