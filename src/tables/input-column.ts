// One input's column while a table is read: numbers, or texts, which are categories.
import { TRAINING } from "../data/split.ts";
import { NO_TEXT } from "../data/table-cells.ts";
import { rowsOfValues } from "../data/table-lists.ts";
import { UsageError } from "../errors.ts";
import { thousands } from "../units.ts";
import type { Numbers } from "./cell-writer.ts";
import { longer, type PlainTexts, Texts } from "./plain-texts.ts";

/** Most values of a category, those of held-out rows included. */
export const MOST_VALUES = 1_000_000;
/** Most texts that are counted, of which fewer are values: rows have their numbers as float32. */
const MOST_COUNTED = 2 ** 24;
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
  /** Whether the values are buckets of hashes, which several texts may share. */
  readonly hashed?: true;
  /** How many different values a column of numbers has, if they are whole numbers that may be categories. */
  readonly wholes?: number;
  /** Of lists, whose values these are, the most values of a row. */
  readonly slots?: number;
}

/** How a column is read. */
interface Asked {
  /** The table's name in errors. */
  readonly source: string;
  /** Whether its values are texts whatever they are. */
  readonly isCategory: boolean;
  /** Whether its texts are lists. */
  readonly areLists: boolean;
  /** The rows' parts, empty if all are training rows. */
  readonly marks: Uint8Array;
  /** Fewest training rows of a value. */
  readonly minCount: number;
  /** Most values that are told apart: the texts of a category with more are hashed to as many. */
  readonly hash: number | undefined;
}

/** The name of a column of ids, whose whole numbers are categories however many there are. */
const ID = /(^|[_ ])id$/i;
/** Others may be categories if they have this few values, but more than yes and no. */
const [LEAST_WHOLES, FEW_WHOLES] = [3, 20];

/** Texts whose places are read at once. */
const FETCHED = 64;

/**
 * A column whose first value is a text is a category, and its values are the texts of its training rows. Rows count as
 * training rows unless the file marks them as held out.
 */
export class InputColumn {
  readonly #name: string;
  readonly #asked: Asked;
  readonly #source: string;
  readonly #isCategory: boolean;
  /** The rows' parts, empty if all are training rows. */
  readonly #marks: Uint8Array;
  #hasNumbers = false;
  #gaps = false;
  /** Training rows that have a value. */
  #used = 0;
  /** A category's texts in the order in which they came; undefined for numbers. */
  #texts: Texts | undefined;
  /** The places of values that came as such, not as bytes. */
  readonly #places = new Map<unknown, number>();
  /** Where there are marks, a `minCount` or lists, how many training rows have the text of each place. */
  #counts = new Uint32Array(0);
  readonly #minCount: number;
  readonly #hash: number | undefined;
  #sorted: Uint32Array | undefined;
  #split: { readonly values: InputColumn; readonly lists: Int32Array; readonly slots: number } | undefined;
  /** The whole numbers that it has; undefined if there are others, or too many for categories. */
  #wholes: Set<number> | undefined = new Set();

  constructor(name: string, asked: Asked) {
    const { source, isCategory, marks, minCount, hash } = asked;
    this.#name = name;
    this.#asked = asked;
    this.#hash = hash;
    this.#minCount = minCount;
    this.#source = source;
    this.#isCategory = isCategory;
    this.#marks = marks;
    if (isCategory) this.#texts = new Texts();
  }

  /** Whether it is no category so far. */
  get takesNumbers(): boolean {
    return this.#texts === undefined;
  }

  /**
   * The number that stands for a value: itself, of a text the place of its first appearance, NaN for nothing. Undefined if
   * it is unfit.
   */
  numberOf(value: unknown, number: number | undefined): number | undefined {
    if (isNothing(value)) return Number.NaN;
    const isText = typeof value === "string" || typeof value === "boolean";
    const isNumeric = typeof value === "string" && !Number.isNaN(Number(value)); // 1e39 is no text, but too large
    if (!this.#hasNumbers && isText && !isNumeric) this.#texts ??= new Texts();
    if (this.#texts) return isText || this.#isCategory ? this.#placeOf(value) : undefined;
    this.#hasNumbers ||= number !== undefined;
    return number;
  }

  /** The place of a category's value that was there before. */
  placeOf(value: unknown): number | undefined {
    return this.#places.get(value);
  }

  #placeOf(value: unknown): number {
    const text = String(value).trim();
    const { buffer, byteOffset, length } = Buffer.from(text);
    const view = new DataView(buffer, byteOffset, length);
    const known = (this.#texts as Texts).find(view, 0, length);
    const place = known >= 0 ? known : this.#add(view, 0, length);
    if (typeof value !== "string" || value === text) this.#places.set(value, place);
    return place;
  }

  /** The place of text `i` of a page in a category. A new one is added if `mayAdd`, and if nobody would trim or refuse it: else -1. */
  placeOfText(page: PlainTexts, i: number, mayAdd: boolean): number {
    const { view, starts, ends, hashes } = page;
    const [start, end] = [starts[i], ends[i]];
    const texts = this.#texts as Texts;
    if (i % FETCHED === 0) texts.fetch(page, i, Math.min(i + FETCHED, page.length));
    const place = texts.find(view, start, end, hashes[i]);
    return place < 0 && mayAdd && isPlain(view, start, end) ? this.#add(view, start, end) : place;
  }

  #add(view: DataView, start: number, end: number): number {
    const texts = this.#texts as Texts;
    const place = texts.add(view, start, end);
    if (texts.size > (this.#isList || this.#minCount > 1 || this.#hash ? MOST_COUNTED : MOST_VALUES))
      throw this.#tooMany(`more than ${thousands(MOST_VALUES)}`);
    return place;
  }

  /** Takes the numbers of rows that follow each other. Gives the first row that has nothing; undefined if each has a value, as all do if `isFull`. */
  take(first: number, numbers: Numbers, isFull = false): number | undefined {
    let [gap, gaps, ofTraining] = [-1, 0, numbers.length];
    for (let n = isFull ? numbers.length : 0; n < numbers.length; n++) {
      if (!Number.isNaN(numbers[n])) continue;
      if (gap < 0) gap = n;
      gaps++;
    }
    this.#hasNumbers ||= this.takesNumbers && gaps < numbers.length;
    if (this.takesNumbers) this.#noteWholes(numbers);
    if (this.#areCounted) [ofTraining, gaps] = this.#takeTraining(first, numbers);
    this.#used += ofTraining - gaps;
    this.#gaps ||= gaps > 0;
    return gap < 0 || this.#isList ? undefined : first + gap;
  }

  #noteWholes(numbers: Numbers): void {
    const most = ID.test(this.#name) ? MOST_VALUES : FEW_WHOLES;
    for (let n = 0; n < numbers.length && this.#wholes; n++) {
      if (Number.isInteger(numbers[n])) this.#wholes.add(numbers[n]);
      else if (!Number.isNaN(numbers[n])) this.#wholes = undefined;
      if (this.#wholes && this.#wholes.size > most) this.#wholes = undefined;
    }
  }

  get #isList(): boolean {
    return this.#asked.areLists;
  }

  get #areCounted(): boolean {
    return this.#marks.length > 0 || this.#minCount > 1 || this.#isList;
  }

  /** Counts the texts of training rows; gives the numbers of these rows, and of those that have nothing. */
  #takeTraining(first: number, numbers: Numbers): [rows: number, gaps: number] {
    const size = this.#texts?.size ?? 0;
    if (size > this.#counts.length) this.#counts = longer(this.#counts, 2 * size);
    let [rows, gaps] = [0, 0];
    for (let n = 0; n < numbers.length; n++) {
      if (this.#marks.length > 0 && this.#marks[first + n] !== TRAINING) continue;
      rows++;
      if (Number.isNaN(numbers[n])) gaps++;
      else if (size > 0) this.#counts[numbers[n]]++;
    }
    return [rows, gaps];
  }

  /** Throws UsageError for texts that are hardly ever the same, such as names, and for a column without values. */
  contents(): InputContents {
    if (this.#isList) return { ...this.#listed.values.contents(), slots: this.#listed.slots };
    if (this.#used === 0)
      throw new UsageError(`${this.#source}: column '${this.#name}' is empty in every training row; leave it out`);
    const word = this.#isCategory ? undefined : wordBeforeNumbers(this.#shownTexts());
    if (word !== undefined) throw new UsageError(`${this.#source}: column '${this.#name}': ${word}`);
    const size = this.#buckets ?? this.#values.length;
    if (this.#texts && size === 0)
      throw new UsageError(
        `${this.#source}: column '${this.#name}': no value is in ${this.#minCount} training rows; leave it out, or give a lower --min-count`,
      );
    if (size > MOST_VALUES) throw this.#tooMany(`${thousands(size)}`);
    if (size > FEW_VALUES && 2 * size > this.#used) throw this.#tooMany(`${size} in ${this.#used} training rows`);
    const values = size > MOST_HOT ? size : Array.from(this.#values, (place) => this.shown(place));
    const wholes = this.#wholes?.size ?? 0;
    const hashed = this.#buckets === undefined ? {} : { hashed: true as const };
    return { values, gaps: this.#gaps, ...hashed, ...(this.takesNumbers && wholes >= LEAST_WHOLES && { wholes }) };
  }

  /** How many buckets its texts are hashed to, if it has more. */
  get #buckets(): number | undefined {
    return this.#hash !== undefined && this.#values.length > this.#hash ? this.#hash : undefined;
  }

  /** The places of texts that enough training rows have, in the order of these. */
  get #values(): Uint32Array {
    if (this.#sorted) return this.#sorted;
    const all = new Uint32Array(this.#texts?.size ?? 0);
    for (let place = 0; place < all.length; place++) all[place] = place;
    const own = this.#areCounted ? all.filter((place) => this.#counts[place] >= this.#minCount) : all;
    this.#sorted = this.#texts?.sort(own) ?? own;
    return this.#sorted;
  }

  /** Of each of the places of `numberOf`, that among the values, or -1; undefined for numbers. */
  get places(): Int32Array | undefined {
    if (this.#texts === undefined) return undefined;
    if (this.#isList) return new Int32Array(this.#texts.size).map((_, place) => place);
    const buckets = this.#buckets;
    if (buckets)
      return new Int32Array(this.#texts.size).map((_, place) => this.#texts?.bucket(place, buckets) ?? OTHER);
    const places = new Int32Array(this.#texts.size).fill(OTHER);
    const values = this.#values;
    for (let rank = 0; rank < values.length; rank++) places[values[rank]] = rank;
    return places;
  }

  /** What its lists have, [lists, slots], by the values of `contents`, as in ../data/table-lists.ts; undefined of other columns. */
  get lists(): { readonly lists: Int32Array; readonly slots: number } | undefined {
    if (!this.#isList) return undefined;
    const { values, lists, slots } = this.#listed;
    const ranks = values.places as Int32Array;
    return { lists: lists.map((place) => (place < 0 ? place : ranks[place])), slots };
  }

  /** Its texts as lists [lists, slots] of places in a column of their values. */
  get #listed(): { readonly values: InputColumn; readonly lists: Int32Array; readonly slots: number } {
    if (this.#split) return this.#split;
    const values = new InputColumn(this.#name, { ...this.#asked, isCategory: true, areLists: false });
    const all = Array.from(this.#shownTexts(), (text) => valuesIn(text).map((value) => values.#placeOf(value)));
    const slots = all.reduce((most, { length }) => Math.max(most, length), 1);
    const longest = all.findIndex(({ length }) => length === slots);
    if (slots > MOST_SLOTS || slots * all.length > MOST_LISTED)
      throw new UsageError(
        `${this.#source}: column '${this.#name}': expected lists of at most ${MOST_SLOTS} values, and ${thousands(MOST_LISTED)} places ` +
          `in different lists, got ${slots} in '${this.shown(longest).slice(0, 40)}' and ${thousands(all.length)} lists; cut long lists`,
      );
    const lists = new Int32Array(slots * all.length).fill(NO_TEXT);
    for (const [i, places] of all.entries()) lists.set(places, slots * i);
    values.#counts = rowsOfValues(lists, this.#counts.slice(0, all.length), values.#texts?.size ?? 0);
    values.#used = values.#counts.reduce((sum, count) => sum + count, 0);
    this.#split = { values, lists, slots };
    return this.#split;
  }

  /** The text that a number of `numberOf` stands for, or the number itself. */
  shown(number: number): string {
    return this.#texts?.text(number) ?? String(number);
  }

  /** In the order in which they came. */
  *#shownTexts(): Generator<string> {
    for (let place = 0; place < (this.#texts?.size ?? 0); place++) yield this.shown(place);
  }

  #hint(): string {
    for (const text of this.#shownTexts()) if (naHint(text) !== "") return naHint(text);
    const list = listIn(this.#shownTexts());
    return list === undefined ? "" : `; if '${list.slice(0, 40)}' is a list, give --lists ${this.#name}`;
  }

  #tooMany(got: string): UsageError {
    const hash = (this.#texts?.size ?? 0) > MOST_VALUES ? " or --hash 100000" : "";
    return new UsageError(
      `${this.#source}: column '${this.#name}': expected numbers, or at most ${thousands(MOST_VALUES)} different texts ` +
        `and two rows for each, got ${got} ` +
        `(the first is '${this.shown(0).slice(0, 40)}'); leave the column out, or group its values, or give --min-count 5${hash}${this.#hint()}`,
    );
  }
}

/** Whether bytes are a text in ASCII, not empty, that needs no trimming and has no control characters. */
function isPlain(view: DataView, start: number, end: number): boolean {
  const [space, last] = [0x20, 0x7e];
  for (let i = start; i < end; i++) {
    const byte = view.getUint8(i);
    const isInside = i > start && i < end - 1;
    if (byte > last || (isInside ? byte < space : byte <= space)) return false;
  }
  return end > start;
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

/** Most values of a list, and places in all different lists of a column. */
const [MOST_SLOTS, MOST_LISTED] = [256, 2 ** 25];

/** What parts the values of a list. */
const BETWEEN_VALUES = /[,;|]/;

/** The values of a list such as `39,12`, `[39, 12]` or `['a', 'b']`. */
export function valuesIn(list: string): string[] {
  const inside = /^\[(.*)\]$/.exec(list)?.[1] ?? list;
  const values = inside.split(BETWEEN_VALUES).map((value) => value.trim().replace(/^(["'])(.*)\1$/, "$2"));
  return values.filter((value) => value !== "");
}

/** What to do about a value of a column that is no number, by what it looks like; empty if that says nothing. */
export function unfitHint(value: unknown, column: string): string {
  if (value instanceof Date) return "; write dates as numbers, such as days, or leave the column out";
  return /^\[?\d+(\s*[,;|]\s*\d+)+\]?$/.test(String(value).trim())
    ? `; if it is a list, give --lists ${column}`
    : naHint(value);
}

/** The first text that looks like a list such as `39,12`, of which a text before it has a part, too. */
export function listIn(texts: Iterable<string>): string | undefined {
  const known = new Set<string>();
  for (const text of texts) {
    const parts = text.split(BETWEEN_VALUES);
    if (parts.length > 1 && parts.some((part) => known.has(part))) return text;
    for (const part of parts) known.add(part);
  }
  return undefined;
}

/** Infinity, as Python writes it. */
const INFINITE = /^[+-]?inf$/i;

/** What is wrong with texts that are all numbers but for words such as NA or inf, one of which came first; undefined for others. */
export function wordBeforeNumbers(texts: Iterable<string>): string | undefined {
  let first: string | undefined;
  let hasNumbers = false;
  const isWord = (text: string) => INFINITE.test(text) || naHint(text) !== "";
  for (const text of texts) {
    first ??= text;
    const isNumber = !Number.isNaN(Number(text));
    if (!isWord(first) || !(isNumber || isWord(text))) return undefined;
    hasNumbers ||= isNumber;
  }
  return hasNumbers ? `expected numbers, got '${first}' before them${naHint(first)}` : undefined;
}
