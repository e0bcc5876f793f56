// One label's column while a table is read: numbers, or texts, which are classes.
import { UsageError } from "../errors.ts";
import { PARTS } from "./columns.ts";
import { isNothing, naHint } from "./input-column.ts";

/** Most classes of a label. */
const MOST_CLASSES = 100;

/** The classes of a label: its texts or its numbers, in order. Null for more numbers than a label may have classes. */
export type LabelClasses = readonly (string | number)[] | null;

/** A column whose first value is no number has texts, each of which is a class. */
export class LabelColumn {
  readonly #name: string;
  readonly #source: string;
  readonly #numbers = new Set<number>();
  #texts: Map<string, number> | undefined;
  /** Rows of each of `PARTS` that have a label, and all rows that have none. */
  readonly #labelled = [0, 0, 0];
  #gaps = 0;

  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
  }

  /**
   * The number that stands for a value: itself, of a text the place of its first appearance, NaN for nothing. Undefined if it is
   * unfit. `part` is the row's place among `PARTS`.
   */
  add(value: unknown, number: number | undefined, part: number): number | undefined {
    if (isNothing(value)) {
      this.#gaps++;
      return Number.NaN;
    }
    this.#labelled[part]++;
    if (this.#numbers.size === 0 && number === undefined) this.#texts ??= new Map();
    if (this.#texts === undefined) {
      if (number !== undefined && this.#numbers.size <= MOST_CLASSES) this.#numbers.add(number);
      return number;
    }
    const text = String(value).trim();
    const place = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, place);
    if (this.#texts.size > MOST_CLASSES) throw this.#tooMany();
    return place;
  }

  /** How many rows have no label. Throws UsageError if none has one, of the table or, with `marks`, of a part that rows have. */
  gaps(marks: Uint8Array | undefined): number {
    const empty = PARTS.find((_, part) => this.#labelled[part] === 0 && (marks ?? [0]).includes(part));
    if (empty === undefined) return this.#gaps;
    const rows = marks ? `every ${empty} row` : "every row";
    throw new UsageError(`${this.#source}: column '${this.#name}' is empty in ${rows}; leave it out`);
  }

  get classes(): LabelClasses {
    if (this.#texts) return [...this.#texts.keys()].sort();
    return this.#numbers.size > MOST_CLASSES ? null : [...this.#numbers].sort((a, b) => a - b);
  }

  /** The class of each of the places of `add`; undefined for numbers. */
  get places(): readonly number[] | undefined {
    const { classes } = this;
    return this.#texts && Array.from(this.#texts.keys(), (text) => (classes as readonly string[]).indexOf(text));
  }

  #tooMany(): UsageError {
    const [first] = this.#texts?.keys() ?? [];
    return new UsageError(
      `${this.#source}: column '${this.#name}': expected numbers, or at most ${MOST_CLASSES} different texts, got more; ` +
        `the first is '${String(first).slice(0, 40)}'${naHint(first)}`,
    );
  }
}
