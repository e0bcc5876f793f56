import { stringify } from "csv-stringify/sync";

/** Null is an empty cell. */
export type CsvValue = string | number | boolean | null;

/** Rows in a piece of CSV: one of `curves.csv` may take 3 ms. */
const CHUNK = 20;

/**
 * The rows of all `values` as CSV, a header first, in pieces of `chunk` rows: neither a string nor memory can hold them
 * all. Undefined, which took time too, gives an empty piece.
 */
export function* csvOf<T>(
  values: Iterable<T | undefined>,
  rowsOf: (value: T) => Iterable<Record<string, CsvValue>>,
  chunk = CHUNK,
): Generator<string> {
  let header = true;
  let rows: Record<string, CsvValue>[] = [];
  for (const value of values) {
    if (value === undefined) {
      yield "";
      continue;
    }
    for (const row of rowsOf(value)) {
      rows.push(row);
      if (rows.length < chunk) continue;
      yield toCsv(rows, { header });
      [header, rows] = [false, []];
    }
  }
  yield toCsv(rows, { header }); // of none, an empty piece
}

/**
 * Rows as CSV, a header first. Numbers come back as they were; a NaN is an empty cell. Text that a spreadsheet would
 * take for a formula (= + - @ first) gets an apostrophe before it.
 */
export function toCsv(rows: readonly Record<string, CsvValue>[], { header = true } = {}): string {
  return stringify(rows as Record<string, CsvValue>[], {
    header,
    escape_formulas: true,
    cast: { boolean: String, number: (value) => (Number.isNaN(value) ? "" : String(value)) },
  });
}
