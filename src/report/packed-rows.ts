import type { CsvValue } from "../records/csv.ts";

/** A column of texts: each with the number of rows in a row that have it. */
interface TextColumn {
  readonly name: string;
  readonly texts: readonly (readonly [text: string, rows: number])[];
}

/** A column of numbers: whole ones in units of 10^-`digits`, as differences in base64 VLQ. */
interface NumberColumn {
  readonly name: string;
  readonly digits: number;
  readonly numbers: string;
  /** Where some rows have no number: how many have one, how many have none, and so on. */
  readonly gaps?: readonly number[];
}

/** Rows of a CSV file, column by column: for the page's script, which writes the file (assets/report/save.js). */
type PackedRows = readonly (TextColumn | NumberColumn)[];

/** The rows of many figures: each column once, and each table as the places of its columns. */
export class PackedTables {
  readonly #exact: readonly string[];
  readonly #columns = new Map<string, number>();
  readonly #tables = new Map<string, number>();

  /** `exact` names the columns of numbers that are not rounded: those that say what a row is about. */
  constructor(exact: readonly string[] = []) {
    this.#exact = exact;
  }

  /** Adds a figure's rows; gives the place of their table. */
  add(rows: readonly Record<string, CsvValue>[]): number {
    const columns = packedRows(rows, this.#exact).map((column) => placeIn(this.#columns, JSON.stringify(column)));
    return placeIn(this.#tables, JSON.stringify(columns));
  }

  toJSON() {
    const read = (texts: ReadonlyMap<string, number>) => [...texts.keys()].map((text) => JSON.parse(text));
    return { columns: read(this.#columns), tables: read(this.#tables) };
  }
}

/** The place of a text in the order in which texts came. */
function placeIn(places: Map<string, number>, text: string): number {
  const place = places.get(text) ?? places.size;
  places.set(text, place);
  return place;
}

/** A figure's rows in few bytes: numbers are rounded (`digitsOf`), but for columns that are `exact`. */
export function packedRows(rows: readonly Record<string, CsvValue>[], exact: readonly string[] = []): PackedRows {
  return Object.keys(rows[0] ?? {}).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const isNumeric = values.every((value) => value === null || Number.isNaN(value) || Number.isFinite(value));
    const written = values.map((value) => (Number.isNaN(value) ? "" : String(value ?? "")));
    const texts = { name, texts: runsOf(written) };
    if (!isNumeric) return texts;
    const packed = numberColumn(values as (number | null)[]);
    return exact.includes(name) && losesDigits(values as (number | null)[], packed)
      ? texts
      : shorter(texts, { name, ...packed });
  });
}

function losesDigits(values: readonly (number | null)[], { digits }: Pick<NumberColumn, "digits">): boolean {
  return values.filter(isNumber).some((value) => Number(`${wholeOf(value, digits)}e${-digits}`) !== value);
}

/** Numbers that stay the same for many rows are shorter as texts. */
function shorter(texts: TextColumn, numbers: NumberColumn): TextColumn | NumberColumn {
  return JSON.stringify(texts).length < JSON.stringify(numbers).length ? texts : numbers;
}

function runsOf<T>(values: readonly T[]): [value: T, count: number][] {
  const runs: [T, number][] = [];
  for (const value of values) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === value) last[1]++;
    else runs.push([value, 1]);
  }
  return runs;
}

function numberColumn(values: readonly (number | null)[]): Omit<NumberColumn, "name"> {
  const numbers = values.filter(isNumber);
  const digits = digitsOf(numbers);
  const column = { digits, numbers: vlqDifferences(numbers.map((value) => wholeOf(value, digits))) };
  if (numbers.length === values.length) return column;
  const counts = runsOf(values.map(isNumber)).map(([, count]) => count);
  return { ...column, gaps: isNumber(values[0] ?? null) ? counts : [0, ...counts] };
}

function isNumber(value: number | null | undefined): value is number {
  return value !== null && Number.isFinite(value);
}

function wholeOf(value: number, digits: number): number {
  return Math.round(value * 10 ** digits);
}

/** Digits that are kept of a column's largest number. */
const OF_LARGEST = 5;
/** Those of its smallest: a reader may hide all that is large, and see the rest drawn again. */
const OF_SMALLEST = 3;
/** Those that a number may have: base64 VLQ is written with 32 bits. */
const MOST = 8;

/** Digits after the point; below 0 for numbers of more than five places. */
function digitsOf(numbers: readonly number[]): number {
  const places = Float64Array.from(numbers.filter((value) => value !== 0).map(placesOf)).sort();
  const [smallest = 1, largest = 1] = [places[0], places.at(-1)];
  const digits = Math.max(OF_LARGEST - largest, OF_SMALLEST - smallest);
  return Math.min(digits, MOST - largest, numbers.every(Number.isInteger) ? 0 : digits);
}

/** Places before the point: 3 of 123.4, -1 of 0.0123. */
function placesOf(value: number): number {
  return Math.floor(Math.log10(Math.abs(value))) + 1;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * A whole number as base64 VLQ, as in source maps: five bits a digit, the lowest first; the lowest bit is the sign. The
 * page's scripts read it (`unpacked` in assets/report/single-runs.js).
 */
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  for (; rest > 31; rest >>= 5) text += DIGITS[(rest & 31) | 32];
  return text + DIGITS[rest];
}

/** Whole numbers, each as its difference from the one before. */
export function vlqDifferences(values: readonly number[]): string {
  return values.map((value, i) => vlq(i === 0 ? value : value - values[i - 1])).join("");
}
