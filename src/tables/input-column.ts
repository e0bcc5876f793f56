// One input's column while a table is read: numbers, or texts, which are categories.
import { UsageError } from "../errors.ts";
import { thousands } from "../units.ts";
import { TRAINING } from "./columns.ts";

/** Most values of a category, those of held-out rows included. */
const MOST_VALUES = 1_000_000;
/** Most values of a category that can become an input each. */
export const MOST_HOT = 1000;
/** Up to this many values may each be in a single row. */
const FEW_VALUES = 20;

/** A value that a category does not have in any training row. */
const OTHER = -1;

/** What a column holds. */
export interface InputContents {
  /** The texts of a category in order, none for numbers; of more than `MOST_HOT` their number: nothing reads them. */
  readonly values: readonly string[] | number;
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
  /** 1 for the place of a text that a training row has. */
  #ofTraining = new Uint8Array(64);
  #sorted: readonly string[] | undefined;

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
    const isText = typeof value === "string" || typeof value === "boolean";
    const isNumeric = typeof value === "string" && !Number.isNaN(Number(value)); // 1e39 is no text, but too large
    if (!this.#hasNumbers && isText && !isNumeric) this.#texts ??= new Map();
    if (this.#texts) return isText || this.#isCategory ? this.#add(String(value).trim(), isHeldOut) : undefined;
    this.#used += Number(!isHeldOut);
    this.#hasNumbers ||= number !== undefined;
    return number;
  }

  /** Whether it is no category so far. */
  get takesNumbers(): boolean {
    return this.#texts === undefined;
  }

  /** So many training rows of some have a number each. */
  addNumbers(ofTraining: number): void {
    this.#used += ofTraining;
    this.#hasNumbers = true;
  }

  #add(text: string, isHeldOut: boolean): number {
    const texts = this.#texts as Map<string, number>;
    const place = texts.get(text) ?? texts.size;
    if (place === texts.size) texts.set(text, place);
    if (texts.size > MOST_VALUES) throw this.#tooMany(`more than ${thousands(MOST_VALUES)}`);
    this.addPlace(place, isHeldOut);
    return place;
  }

  /** The place of a text that was there before, in a category. */
  placeOf(text: string): number | undefined {
    return this.#texts?.get(text);
  }

  /** Another row has the text of a place. */
  addPlace(place: number, isHeldOut: boolean): void {
    if (isHeldOut) return;
    this.#used++;
    if (place >= this.#ofTraining.length) {
      const longer = new Uint8Array(2 * place);
      longer.set(this.#ofTraining);
      this.#ofTraining = longer;
    }
    this.#ofTraining[place] = 1;
  }

  /** Rows that follow each other have the texts of some places, -1 for another; `marks` are the rows' parts, empty if all train. */
  addPlaces(places: Int32Array, marks: Uint8Array): void {
    for (let n = 0; n < places.length; n++)
      if (places[n] >= 0) this.addPlace(places[n], marks.length > 0 && marks[n] !== TRAINING);
  }

  /** Throws UsageError for texts that are hardly ever the same, such as names, and for a column without values. */
  contents(): InputContents {
    if (this.#used === 0)
      throw new UsageError(`${this.#source}: column '${this.#name}' is empty in every training row; leave it out`);
    const size = this.#values.length;
    if (size > FEW_VALUES && 2 * size > this.#used) throw this.#tooMany(`${size} in ${this.#used} training rows`);
    return { values: size > MOST_HOT ? size : this.#values, gaps: this.#gaps };
  }

  /** The texts of training rows, in order. */
  get #values(): readonly string[] {
    this.#sorted ??= [...(this.#texts?.keys() ?? [])].filter((_, place) => this.#ofTraining[place] === 1).sort();
    return this.#sorted;
  }

  /** Of each of the places of `add`, that among the values, or -1; undefined for numbers. */
  get places(): Int32Array | undefined {
    if (this.#texts === undefined) return undefined;
    const places = new Int32Array(this.#texts.size).fill(OTHER);
    for (const [place, text] of this.#values.entries()) places[this.#texts.get(text) as number] = place;
    return places;
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
