import { stripVTControlCharacters } from "node:util";

/** Characters between two columns. */
const GAP = 2;

/**
 * A table with a header; columns are as wide as their widest cell, those without letters in the body right-aligned. If
 * that is more than `width` characters, cells are wrapped between words, and then the columns whose heads `lean` names
 * are left out, one after the other. Where not even that fits, each row is a paragraph that names its columns.
 */
export function table(rows: Rows, width = Number.POSITIVE_INFINITY, lean: readonly string[] = []): string {
  const variants = Array.from({ length: lean.length + 1 }, (_, count) => withoutColumns(rows, lean.slice(0, count)));
  for (const some of variants) {
    const text = tableWidth(some) <= width ? drawn(some, GAP) : wrappedTable(some, phrases, width);
    if (text !== undefined) return text;
  }
  return wrappedTable(variants.at(-1) as Rows, singleWords, width) ?? paragraphs(rows, width);
}

function wrappedTable(rows: Rows, words: Words, width: number): string | undefined {
  for (const gap of [GAP, 1]) {
    const widths = narrowed(rows, words, width - gap * (columnCount(rows) - 1));
    if (widths !== undefined) return drawn(rows, gap, { widths, words });
  }
  return undefined;
}

/** Characters of the lines of a table that is not wrapped. */
export function tableWidth(rows: Rows): number {
  return naturalWidths(rows).reduce((sum, columns) => sum + columns, GAP * (columnCount(rows) - 1));
}

export function markdownTable(rows: Rows): string {
  const [header = [], ...body] = rows;
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  const escaped = (row: readonly string[]) =>
    header.map((_, c) => markdownText(cell(row, c).trim()).replaceAll("|", "\\|"));
  const rule = header.map((_, c) => (isRight(body, c) ? "--:" : "---"));
  return [line(escaped(header)), line(rule), ...body.map((row) => line(escaped(row)))].join("");
}

/** Text in which nothing is a tag of HTML. */
export function markdownText(text: string): string {
  return text.replaceAll(/<(?=[a-z/!?])/gi, "\\<");
}

/** Words in lines of at most `width`, unless a word is longer; all lines but the first begin with `indent` spaces. */
export function wrapped(text: string, width: number, indent = 0): string {
  return filled(text.split(" "), width - indent).join(`\n${" ".repeat(indent)}`);
}

/** Lines of at most `width`, unless a word is longer. */
function filled(words: readonly string[], width: number): string[] {
  const lines = [""];
  for (const word of words) {
    const line = lines.at(-1) as string;
    if (line === "") lines[lines.length - 1] = word;
    else if (shownWidth(line) + 1 + shownWidth(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function drawn(rows: Rows, gap: number, wrap?: { readonly widths: readonly number[]; readonly words: Words }): string {
  const lines = wrap === undefined ? rows : rows.flatMap((row) => wrappedRow(row, wrap.widths, wrap.words));
  const columns = naturalWidths(lines).map((width, c) => ({ width, right: isRight(rows.slice(1), c) }));
  const line = (cells: readonly string[]) =>
    columns.map(({ width, right }, c) => aligned(cell(cells, c), width, right)).join(" ".repeat(gap));
  return lines.map((cells) => `${line(cells).trimEnd()}\n`).join("");
}

function wrappedRow(row: readonly string[], widths: readonly number[], words: Words): string[][] {
  const cells = widths.map((width, c) => {
    const indent = indentOf(cell(row, c));
    return filled(words(cell(row, c)), width - indent.length).map((line) => indent + line);
  });
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, i) => cells.map((lines) => lines[i] ?? ""));
}

function aligned(text: string, width: number, right: boolean): string {
  const space = " ".repeat(Math.max(0, width - shownWidth(text)));
  return right ? space + text : text + space;
}

function paragraphs([header = [], ...body]: Rows, width: number): string {
  const named = (row: readonly string[]) =>
    header
      .map((head, c) => `${head.trim()} ${cell(row, c).trim()}`.trim())
      .filter((text) => text !== "")
      .join(", ");
  return body.map((row) => `${wrapped(named(row), width, 2)}\n`).join("");
}

/** Whether a column of these rows is of numbers. */
export function isRight(body: Rows, column: number): boolean {
  return body.every((row) => !/[a-z]/i.test(stripVTControlCharacters(cell(row, column))));
}

/** A table's cells, its header first. */
export type Rows = readonly (readonly string[])[];

type Words = (text: string) => string[];

/** A count of runs, `(4 runs)`, is one word. */
const singleWords: Words = (text) => text.split(/ (?!runs?\))/).filter((word) => word !== "");

/** Intervals in brackets stay in one piece. */
const phrases: Words = (text) => text.split(/ (?![^[]*\]|runs?\))/).filter((word) => word !== "");

/** Widths that add up to `room` or less: the widest columns give way, as far as their longest words allow. */
function narrowed(rows: Rows, words: Words, room: number): number[] | undefined {
  const widths = naturalWidths(rows);
  const leastOf = (text: string) => indentOf(text).length + Math.max(0, ...words(text).map(shownWidth));
  const least = widths.map((_, c) => Math.max(0, ...rows.map((row) => leastOf(cell(row, c)))));
  const free = (c: number) => (widths[c] > least[c] ? widths[c] : 0);
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.reduce((best, _, c) => (free(c) > free(best) ? c : best), 0);
    if (free(widest) === 0) return undefined;
    widths[widest]--;
  }
  return widths;
}

/** How wide the columns are if nothing is wrapped. */
function naturalWidths(rows: Rows): number[] {
  return Array.from({ length: columnCount(rows) }, (_, c) => Math.max(...rows.map((row) => shownWidth(cell(row, c)))));
}

function columnCount([header = []]: Rows): number {
  return header.length;
}

/** The spaces that a cell begins with. */
function indentOf(text: string): string {
  return /^ */.exec(text)?.[0] ?? "";
}

export function withoutColumns([header = [], ...body]: Rows, heads: readonly string[]): string[][] {
  return [header, ...body].map((row) => row.filter((_, c) => !heads.includes(header[c])));
}

/** Characters that a terminal shows. */
function shownWidth(text: string): number {
  return stripVTControlCharacters(text).length;
}

function cell(row: readonly string[], column: number): string {
  return row[column] ?? "";
}
