// Tables of the user's own: CSV and Parquet files.
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "csv-parse/sync";
import type { TableReading, TableSettings } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { readBytes, reading, shownPath } from "../files.ts";
import { LongWork } from "../long-work.ts";
import { printable } from "../text.ts";
import { thousands } from "../units.ts";
import { sha256Of, withFile } from "./byte-source.ts";
import { MOST_COLUMNS, type NamedColumns } from "./columns.ts";
import { type ParquetFile, parquetFile } from "./parquet.ts";
import { parquetTable } from "./parquet-table.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";
import { type AskedTable, keptOr } from "./table-cache.ts";

/** A file's rows, and the SHA-256 of its bytes. */
export interface Table extends TableRows {
  readonly sha256: string;
}

/** Most bytes of a CSV file, which is in memory while it is read. */
export const LARGEST_CSV = 1_000_000_000;

/** Tables that were read, by their SHA-256 and the columns that were chosen: a config is checked before its runs are trained. */
const known = new Map<string, Table>();

/**
 * The table in a file, or in the Parquet files of a folder in the order of their names, read as `how` says, by `chosen` columns or
 * the names of columns: Parquet if its name ends so, else CSV. Throws UsageError for what can't be read, and for the first thing in
 * it that is no table of inputs and labels.
 */
export function readTable(path: string, chosen?: NamedColumns, how?: TableReading): Table {
  const source = shownPath(path);
  const files = filesAt(path, source);
  const states = files.map(stateOf);
  const sha256 = () => {
    const hashes = files.map(hashOf);
    return files[0] === path ? hashes[0] : createHash("sha256").update(hashes.join()).digest("hex");
  };
  const keyOf = (hash: string, named?: NamedColumns) => `${hash} ${JSON.stringify([named, readingKey(how)])}`;
  const before = known.size > 0 ? known.get(keyOf(sha256(), chosen)) : undefined; // the first needs no hash before its rows
  const table = before ?? { ...rowsIn(files, { source, sha256, chosen, how }), sha256: sha256() };
  if (files.some((file, i) => stateOf(file) !== states[i]))
    throw new UsageError(`${source}: changed while it was read; run the command again`);
  const { areChosen, labels, inputs } = table;
  known.set(keyOf(table.sha256, chosen), table);
  known.set(keyOf(table.sha256, areChosen ? { labels, inputs } : undefined), table); // as a stored config has it
  return table;
}

/** What of it the rows depend on: of the split, whether each run draws its own. */
function readingKey({ split, ...how }: TableReading = {}): object {
  return { ...how, isDrawn: split === "run" };
}

const PARQUET = /\.(parquet|pq)$/i;

/** Whether a file's name says that it is a Parquet file. */
export function isParquet(file: string): boolean {
  return PARQUET.test(file);
}

/** Whether it is a folder of a table that was written in parts: with Parquet files, or named as a partition. */
function isPart(path: string): boolean {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory(); // a link may lead nowhere
  return isFolder === true && (basename(path).includes("=") || readdirSync(path).some(isParquet));
}

/** The file itself, or all Parquet files of a folder but those that Spark and Arrow leave out, too: hidden and begun ones. */
export function filesAt(path: string, source: string): string[] {
  const isFolder = reading(source, () => statSync(path).isDirectory());
  if (!isFolder) return [path];
  const entries = reading(source, () => readdirSync(path)).filter((name) => !/^[._]/.test(name));
  const inner = reading(source, () => entries.find((name) => isPart(join(path, name))));
  if (inner !== undefined)
    throw new UsageError(
      `${source}: folders such as ${printable(inner)} are not read; write the table into one folder, without partitions`,
    );
  const names = entries.filter(isParquet);
  if (names.length === 0) throw new UsageError(`${source}: no Parquet files (*.parquet) in this folder`);
  return names.sort().map((name) => join(path, name));
}

/** What a file's change changes. */
function stateOf(file: string): string {
  const { size, mtimeMs, ctimeMs, ino } = reading(shownPath(file), () => statSync(file));
  return [size, mtimeMs, ctimeMs, ino].join();
}

/** Files whose bytes were read, as they were then. */
const hashed = new Map<string, { readonly state: string; readonly sha256: string }>();

/** SHA-256 of a file, which is read again only if it has changed. */
function hashOf(file: string): string {
  const [source, state] = [shownPath(file), stateOf(file)];
  const before = hashed.get(file);
  if (before?.state === state) return before.sha256;
  const sha256 = withFile(file, source, (bytes) => sha256Of(bytes, source));
  hashed.set(file, { state, sha256 });
  return sha256;
}

function rowsIn(files: readonly string[], asked: AskedTable): TableRows {
  const { source, chosen, how } = asked;
  const [file = source] = files;
  if (isParquet(file))
    return withFiles(files, (opened) =>
      keptOr(opened[0]?.names ?? [], asked, (meanwhile) => parquetTable(opened, source, chosen, how, { meanwhile })),
    );
  const read = () => csvTable(readBytes(file, { source, most: LARGEST_CSV }), source, chosen, how);
  return keptOr(headerOf(file, source), asked, read);
}

/** What `use` gives of Parquet files that are open meanwhile. */
export function withFiles<T>(
  files: readonly string[],
  use: (opened: readonly ParquetFile[]) => T,
  opened: readonly ParquetFile[] = [],
): T {
  const file = files[opened.length];
  if (file === undefined) return use(opened);
  const source = shownPath(file);
  return withFile(file, source, (bytes) => withFiles(files, use, [...opened, parquetFile(bytes, source)]));
}

/** Settings of a table with its rows in memory. Throws UsageError if the file is not the one of before. */
export function withValues(settings: TableSettings): TableSettings {
  const { file, sha256, chosen, reading } = settings;
  const table = readTable(file, chosen, reading);
  if (table.sha256 === sha256) return { ...settings, values: table.values };
  const hashes = `SHA-256 ${sha256.slice(0, 8)} then, ${table.sha256.slice(0, 8)} now`;
  throw new UsageError(
    `${shownPath(file)}: changed since the sweep began (${hashes}); put it back, or start another sweep with it`,
  );
}

/** Most bytes of a header of a table that is kept packed. */
const LARGEST_HEADER = 1_000_000;

/** The names of a CSV file's columns; none if its first bytes do not say. */
function headerOf(file: string, source: string): string[] {
  const start = withFile(file, source, (bytes) => bytes.read(0, Math.min(bytes.length, LARGEST_HEADER)));
  try {
    return parse(Buffer.from(start.buffer), { bom: true, skip_empty_lines: true, to: 1 })[0] ?? [];
  } catch {
    return []; // whoever reads the rows says what is wrong
  }
}

/** Bytes that tell whether a file is text. */
const SNIFFED = 65_536;
/** Most bytes of a row. */
const LARGEST_ROW = 10_000_000;

/** The rows of a CSV file, its header first. Throws UsageError, by the name `source`, with line and column. */
export function csvTable(bytes: Buffer, source: string, chosen?: NamedColumns, how?: TableReading): TableRows {
  let builder: TableBuilder | undefined;
  csvRecords(bytes, source, (record, line, rows) => {
    if (builder === undefined) builder = new TableBuilder(record, source, rows, chosen, how);
    else builder.add(record, `${source}:${line}`);
  });
  if (builder === undefined) throw new UsageError(`${source}: expected a header and rows, got an empty file`);
  return builder.finish();
}

/** Gives `take` each record of a CSV file, the header first, with the line at which it ends and the number of rows. Throws UsageError. */
export function csvRecords(
  bytes: Buffer,
  source: string,
  take: (record: string[], line: number, rows: number) => void,
): void {
  if (bytes.subarray(0, SNIFFED).includes(0) || !isUtf8(bytes))
    throw new UsageError(
      `${source}: not readable as CSV: it contains bytes that are not text; save it as CSV in UTF-8`,
    );
  const rows = countedRecords(bytes, source) - 1;
  const work = new LongWork(`reading ${source}`);
  const onRecord = (record: string[], { lines, bytes: done }: { readonly lines: number; readonly bytes: number }) => {
    take(record, lines, rows);
    work.reach(done / bytes.length);
    return null; // none is kept
  };
  try {
    const ends = bytes.includes(LINE_FEED) ? ["\r\n", "\n"] : []; // none: as the first row ends
    const how = { bom: true, skip_empty_lines: true, record_delimiter: ends, max_record_size: LARGEST_ROW };
    parse(bytes, { ...how, on_record: onRecord });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${source}: not readable as CSV: ${(error as Error).message}`);
  }
}

const [LINE_FEED, RETURN, COMMA, QUOTE] = [0x0a, 0x0d, 0x2c, 0x22];

/** The records of a file, empty lines apart. Refuses one of too many columns before the parser takes memory for its cells. */
function countedRecords(bytes: Buffer, source: string): number {
  let [records, commas, isQuoted, isEmpty] = [0, 0, false, true];
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) isQuoted = !isQuoted;
    const isEnd = !isQuoted && (byte === LINE_FEED || byte === RETURN);
    if (isEnd && !isEmpty) records++;
    if (isEnd) commas = 0;
    else if (byte === COMMA && !isQuoted && ++commas >= MOST_COLUMNS) throw tooWide(source, records + 1);
    isEmpty = isEnd;
  }
  return records + Number(!isEmpty);
}

function tooWide(source: string, record: number): UsageError {
  const place = record === 1 ? source : `${source}: row ${thousands(record - 1)}`;
  return new UsageError(`${place}: too large: expected at most ${thousands(MOST_COLUMNS)} columns, got more`);
}
