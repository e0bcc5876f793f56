// One label's column while a table is read: numbers, or texts, which are classes.
import { TRAINING } from "../data/split.ts";
import { UsageError } from "../errors.ts";
import { PARTS } from "./columns.ts";
import { isNothing, naHint, wordBeforeNumbers } from "./input-column.ts";

/** Most classes of a label. */
const MOST_CLASSES = 100;

/** The classes of a label: its texts or its numbers, in order. Null for more numbers than a label may have classes. */
export type LabelClasses = readonly (string | number)[] | null;

/** A column whose first value is a text, or which is said to be a category, has texts, each of which is a class. */
export class LabelColumn {
  readonly #name: string;
  readonly #source: string;
  readonly #isCategory: boolean;
  /** The rows' parts, empty if all are training rows. */
  readonly #marks: Uint8Array;
  readonly #numbers = new Set<number>();
  #hasNumbers = false;
  #texts: Map<string, number> | undefined;
  /** Rows of each of `PARTS` that have a label, and all rows that have none. */
  readonly #labelled = [0, 0, 0];
  #gaps = 0;

  constructor(name: string, source: string, isCategory: boolean, marks: Uint8Array) {
    this.#name = name;
    this.#source = source;
    this.#isCategory = isCategory;
    this.#marks = marks;
    if (isCategory) this.#texts = new Map();
  }

  /** Whether its values are no texts so far. */
  get takesNumbers(): boolean {
    return this.#texts === undefined;
  }

  /** The number that stands for a value: itself, of a text the place of its first appearance, NaN for nothing. Undefined if it is unfit. */
  numberOf(value: unknown, number: number | undefined): number | undefined {
    if (isNothing(value)) return Number.NaN;
    if (!this.#hasNumbers && number === undefined && isText(value)) this.#texts ??= new Map();
    if (this.#texts === undefined) {
      this.#hasNumbers = true;
      return number;
    }
    const text = String(value).trim();
    const place = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, place);
    if (this.#texts.size > MOST_CLASSES) throw this.#tooMany();
    return place;
  }

  /** Takes the numbers of rows that follow each other. A label may be missing. */
  take(first: number, numbers: ArrayLike<number>): void {
    const [marks, seen, labelled] = [this.#marks, this.#numbers, [0, 0, 0]];
    let [last, before] = [Number.NaN, Number.NaN]; // of most labels, these are all
    for (let n = 0; n < numbers.length; n++) {
      const number = numbers[n];
      if (Number.isNaN(number)) continue;
      labelled[marks.length > 0 ? marks[first + n] : TRAINING]++;
      if (number === last || number === before || this.#texts || seen.size > MOST_CLASSES) continue;
      [last, before] = [number, last];
      seen.add(number);
    }
    for (const [part, count] of labelled.entries()) this.#labelled[part] += count;
    const count = labelled.reduce((sum, own) => sum + own, 0);
    this.#hasNumbers ||= count > 0 && this.#texts === undefined;
    this.#gaps += numbers.length - count;
  }

  /** How many rows have no label. Throws UsageError if none has one, of the table or, with `marks`, of a part that rows have, and for NA before numbers. */
  gaps(marks: Uint8Array | undefined): number {
    const word = this.#isCategory ? undefined : wordBeforeNumbers(this.#texts?.keys() ?? []);
    if (word !== undefined) throw new UsageError(`${this.#source}: column '${this.#name}': ${word}`);
    const empty = PARTS.find((_, part) => this.#labelled[part] === 0 && (marks ?? [0]).includes(part));
    if (empty === undefined) return this.#gaps;
    const rows = marks ? `every ${empty} row` : "every row";
    throw new UsageError(`${this.#source}: column '${this.#name}' is empty in ${rows}; leave it out`);
  }

  get classes(): LabelClasses {
    if (this.#texts) return [...this.#texts.keys()].sort();
    return this.#numbers.size > MOST_CLASSES ? null : [...this.#numbers].sort((a, b) => a - b);
  }

  /** The class of each of the places of `numberOf`; undefined for numbers. */
  get places(): Int32Array | undefined {
    const { classes } = this;
    return this.#texts && Int32Array.from(this.#texts.keys(), (text) => (classes as readonly string[]).indexOf(text));
  }

  #tooMany(): UsageError {
    const [first] = this.#texts?.keys() ?? [];
    return new UsageError(
      `${this.#source}: column '${this.#name}': expected numbers, or at most ${MOST_CLASSES} different texts, got more; ` +
        `the first is '${String(first).slice(0, 40)}'${naHint(first)}`,
    );
  }
}

/** Whether a value that is no fit number is a class: 1e39 and Infinity are too large, and NaN and a date in a Parquet file are no texts. */
function isText(value: unknown): boolean {
  return (
    typeof value === "boolean" ||
    (typeof value === "string" && Math.abs(Math.fround(Number(value))) !== Number.POSITIVE_INFINITY)
  );
}
