import { stringify } from "csv-stringify/sync";

/** Null is an empty cell. */
export type CsvValue = string | number | null;

/** Values in a piece of CSV: a row of `curves.csv` may take 3 ms. */
const CHUNK = 20;

/** The rows of all `values` as CSV, a header first, piece by piece, since a string can't hold them all. */
export function* csvOf<T>(values: Iterable<T>, rowsOf: (value: T) => Record<string, CsvValue>[]): Generator<string> {
  let header = true;
  let chunk: T[] = [];
  const csv = () => toCsv(chunk.flatMap(rowsOf), { header });
  for (const value of values) {
    chunk.push(value);
    if (chunk.length < CHUNK) continue;
    yield csv();
    [header, chunk] = [false, []];
  }
  if (chunk.length > 0) yield csv();
}

/**
 * Rows as CSV, a header first. Numbers come back as they were; a NaN is an empty cell. Text that a spreadsheet would
 * take for a formula (= + - @ first) gets an apostrophe before it.
 */
export function toCsv(rows: readonly Record<string, CsvValue>[], { header = true } = {}): string {
  return stringify(rows as Record<string, CsvValue>[], {
    header,
    escape_formulas: true,
    cast: { number: (value) => (Number.isNaN(value) ? "" : String(value)) },
  });
}
