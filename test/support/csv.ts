import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";

/** The rows of a CSV text, by column. */
export function csvRows(text: string | Buffer): Record<string, string>[] {
  return parse(text, { columns: true });
}

/** The same of a file. */
export function csvFile(...path: string[]): Record<string, string>[] {
  return csvRows(readFileSync(join(...path)));
}

/** The mean of a column of numbers. */
export function columnMean(rows: readonly Readonly<Record<string, string>>[], column: string): number {
  return rows.reduce((sum, row) => sum + Number(row[column]), 0) / rows.length;
}
