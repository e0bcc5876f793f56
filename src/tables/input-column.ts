// One input's column while a table is read: numbers, or texts, which are categories.
import { UsageError } from "../errors.ts";
import { thousands } from "../units.ts";

/** Most values of a category, those of held-out rows included. */
const MOST_VALUES = 1_000_000;
/** Most values of a category that can become an input each. */
export const MOST_HOT = 1000;
/** Up to this many values may each be in a single row. */
const FEW_VALUES = 20;

/** A value that a category does not have in any training row. */
const OTHER = -1;

/** What a column holds; `values` are the texts of a category in order, none for numbers. */
export interface InputContents {
  readonly values: readonly string[];
  /** Whether a training row has nothing there. */
  readonly gaps: boolean;
}

/**
 * A column whose first value is a text is a category, and its values are the texts of its training rows. Rows count as
 * training rows unless the file marks them as held out.
 */
export class InputColumn {
  readonly #name: string;
  readonly #source: string;
  #hasNumbers = false;
  #gaps = false;
  /** Training rows that have a value. */
  #used = 0;
  /** The place of each text's first appearance; undefined for numbers. */
  #texts: Map<string, number> | undefined;
  readonly #isCategory: boolean;
  readonly #ofTraining = new Set<string>();

  /** A column that `isCategory` has texts, whatever its values are. */
  constructor(name: string, source: string, isCategory = false) {
    this.#name = name;
    this.#source = source;
    this.#isCategory = isCategory;
    if (isCategory) this.#texts = new Map();
  }

  /**
   * The number that stands for a value: itself, of a text the place of its first appearance, NaN for nothing. Undefined if
   * it is unfit.
   */
  add(value: unknown, number: number | undefined, isHeldOut: boolean): number | undefined {
    if (isNothing(value)) {
      this.#gaps ||= !isHeldOut;
      return Number.NaN;
    }
    this.#used += Number(!isHeldOut);
    const isText = typeof value === "string" || typeof value === "boolean";
    const isNumeric = typeof value === "string" && !Number.isNaN(Number(value)); // 1e39 is no text, but too large
    if (!this.#hasNumbers && isText && !isNumeric) this.#texts ??= new Map();
    if (this.#texts)
      return isText || this.#isCategory ? this.#place(String(value).trim(), this.#texts, isHeldOut) : undefined;
    this.#hasNumbers ||= number !== undefined;
    return number;
  }

  #place(text: string, texts: Map<string, number>, isHeldOut: boolean): number {
    const place = texts.get(text) ?? texts.size;
    texts.set(text, place);
    if (!isHeldOut) this.#ofTraining.add(text);
    if (texts.size > MOST_VALUES) throw this.#tooMany(`more than ${thousands(MOST_VALUES)}`);
    return place;
  }

  /** Throws UsageError for texts that are hardly ever the same, such as names, and for a column without values. */
  contents(): InputContents {
    if (this.#used === 0)
      throw new UsageError(`${this.#source}: column '${this.#name}' is empty in every training row; leave it out`);
    const { size } = this.#ofTraining;
    if (size > FEW_VALUES && 2 * size > this.#used) throw this.#tooMany(`${size} in ${this.#used} training rows`);
    return { values: [...this.#ofTraining].sort(), gaps: this.#gaps };
  }

  /** Of each of the places of `add`, that among the values, or -1; undefined for numbers. */
  get places(): readonly number[] | undefined {
    if (this.#texts === undefined) return undefined;
    const places = new Map([...this.#ofTraining].sort().map((text, place) => [text, place]));
    return Array.from(this.#texts.keys(), (text) => places.get(text) ?? OTHER);
  }

  /** The text that a number of `add` stands for, or the number itself. */
  shown(number: number): string {
    return String(this.#texts ? [...this.#texts.keys()][number] : number);
  }

  #naWord(): string | undefined {
    return [...(this.#texts?.keys() ?? [])].find((text) => naHint(text) !== "");
  }

  #tooMany(got: string): UsageError {
    const [first] = this.#texts?.keys() ?? [];
    return new UsageError(
      `${this.#source}: column '${this.#name}': expected numbers, or at most ${thousands(MOST_VALUES)} different texts ` +
        `and two rows for each, got ${got} ` +
        `(the first is '${String(first).slice(0, 40)}'); leave the column out, or group its values${naHint(this.#naWord())}`,
    );
  }
}

/** An empty cell. */
export function isNothing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

/** Words that stand for an empty cell in many files, in small letters. */
const NA_WORDS: ReadonlySet<string> = new Set(["na", "n/a", "nan", "null", "none", "nil", "?", "-", "."]);

/** How to read such a word as an empty cell; empty for any other value. */
export function naHint(value: unknown): string {
  const text = String(value).trim();
  return NA_WORDS.has(text.toLowerCase()) ? `; if it stands for an empty cell, give --na '${text}'` : "";
}
