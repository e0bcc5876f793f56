import { stripVTControlCharacters } from "node:util";

/** A table's cells, its header first. */
export type Rows = readonly (readonly string[])[];

/** The words of a cell. */
export type Words = (text: string) => string[];

/** A count of runs, `(4 runs)`, is one word. */
export const singleWords: Words = (text) => text.split(/ (?!runs?\))/).filter((word) => word !== "");

/** Intervals in brackets stay in one piece. */
export const phrases: Words = (text) => text.split(/ (?![^[]*\]|runs?\))/).filter((word) => word !== "");

/** Widths that add up to `room` or less: the widest columns give way, as far as their longest words allow. */
export function narrowed(rows: Rows, words: Words, room: number): number[] | undefined {
  const widths = naturalWidths(rows);
  const leastOf = (text: string) => indentOf(text).length + Math.max(0, ...words(text).map(shownWidth));
  const least = widths.map((_, c) => Math.max(0, ...rows.map((row) => leastOf(cell(row, c)))));
  const free = (c: number) => ((widths[c] as number) > (least[c] as number) ? (widths[c] as number) : 0);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.reduce((best, _, c) => (free(c) > free(best) ? c : best), 0);
    if (free(widest) === 0) return undefined;
    widths[widest] = (widths[widest] as number) - 1;
  }
  return widths;
}

/** How wide the columns are if nothing is wrapped. */
export function naturalWidths(rows: Rows): number[] {
  return Array.from({ length: columnCount(rows) }, (_, c) => Math.max(...rows.map((row) => shownWidth(cell(row, c)))));
}

export function columnCount([header = []]: Rows): number {
  return header.length;
}

/** The spaces that a cell begins with. */
export function indentOf(text: string): string {
  return /^ */.exec(text)?.[0] ?? "";
}

/** The rows without the columns that have these heads. */
export function withoutColumns([header = [], ...body]: Rows, heads: readonly string[]): string[][] {
  return [header, ...body].map((row) => row.filter((_, c) => !heads.includes(header[c] as string)));
}

/** Characters that a terminal shows. */
export function shownWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}

export function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}
