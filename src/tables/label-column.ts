// One label's column while a table is read: numbers, or texts, which are classes.
import { UsageError } from "../errors.ts";

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

  constructor(name: string, source: string) {
    this.#name = name;
    this.#source = source;
  }

  /** The number that stands for a value: itself, or of a text the place of its first appearance. Undefined if it is unfit. */
  add(value: unknown, number: number | undefined): number | undefined {
    const text = value === undefined || value === null ? "" : String(value).trim();
    if (this.#numbers.size === 0 && number === undefined && text !== "") this.#texts ??= new Map();
    if (this.#texts === undefined) {
      if (number !== undefined && this.#numbers.size <= MOST_CLASSES) this.#numbers.add(number);
      return number;
    }
    if (text === "") return undefined;
    const place = this.#texts.get(text) ?? this.#texts.size;
    this.#texts.set(text, place);
    if (this.#texts.size > MOST_CLASSES) throw this.#tooMany();
    return place;
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
        `the first is '${String(first).slice(0, 40)}'`,
    );
  }
}
