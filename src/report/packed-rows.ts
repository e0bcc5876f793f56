import type { CsvValue } from "../records/csv.ts";
import { vlqDifferences } from "./vlq.ts";

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
export type PackedRows = readonly (TextColumn | NumberColumn)[];

/** The rows of many figures: each column once, and each table as the places of its columns. */
export class PackedTables {
  readonly #columns = new Map<string, number>();
  readonly #tables = new Map<string, number>();

  /** Adds a figure's rows; gives the place of their table. */
  add(rows: readonly Record<string, CsvValue>[]): number {
    const columns = packedRows(rows).map((column) => placeIn(this.#columns, JSON.stringify(column)));
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

/** A figure's rows in few bytes: numbers to five digits of the column's largest, whole ones below 10^5 as they are. */
export function packedRows(rows: readonly Record<string, CsvValue>[]): PackedRows {
  return Object.keys(rows[0] ?? {}).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const isNumeric = values.every((value) => value === null || Number.isNaN(value) || Number.isFinite(value));
    const written = values.map((value) => (Number.isNaN(value) ? "" : String(value ?? "")));
    const texts = { name, texts: runsOf(written) };
    return isNumeric ? shorter(texts, { name, ...numberColumn(values as (number | null)[]) }) : texts;
  });
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
  const isNumber = (value: number | null): value is number => value !== null && Number.isFinite(value);
  const numbers = values.filter(isNumber);
  const digits = digitsOf(numbers);
  const column = { digits, numbers: vlqDifferences(numbers.map((value) => Math.round(value * 10 ** digits))) };
  if (numbers.length === values.length) return column;
  const counts = runsOf(values.map(isNumber)).map(([, count]) => count);
  return { ...column, gaps: isNumber(values[0] ?? null) ? counts : [0, ...counts] };
}

const PLACES = 5;

/** Digits after the point; below 0 for numbers of more than five places. */
function digitsOf(numbers: readonly number[]): number {
  const most = numbers.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
  const places = most === 0 ? 1 : Math.floor(Math.log10(most)) + 1;
  return numbers.every(Number.isInteger) ? Math.min(0, PLACES - places) : PLACES - places;
}
