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

/** A figure's rows in few bytes: numbers to seven digits of the column's largest, whole ones below 10^7 as they are. */
export function packedRows(rows: readonly Record<string, CsvValue>[]): PackedRows {
  return Object.keys(rows[0] ?? {}).map((name) => {
    const values = rows.map((row) => row[name] ?? null);
    const isNumeric = values.every((value) => value === null || Number.isNaN(value) || Number.isFinite(value));
    if (!isNumeric) return { name, texts: runsOf(values.map((value) => String(value ?? ""))) };
    return { name, ...numberColumn(values as (number | null)[]) };
  });
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

const PLACES = 7;

/** Digits after the point; below 0 for numbers of more than seven places. */
function digitsOf(numbers: readonly number[]): number {
  const most = numbers.reduce((so, value) => Math.max(so, Math.abs(value)), 0);
  const places = most === 0 ? 1 : Math.floor(Math.log10(most)) + 1;
  return numbers.every(Number.isInteger) ? Math.min(0, PLACES - places) : PLACES - places;
}
