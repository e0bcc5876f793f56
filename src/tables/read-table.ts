// Tables of the user's own: CSV and Parquet files.
import { createHash } from "node:crypto";
import { parse } from "csv-parse/sync";
import type { TableReading, TableSettings } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { LongWork } from "../long-work.ts";
import { shownPath } from "../paths.ts";
import { readBytes } from "../regular-file.ts";
import { thousands } from "../units.ts";
import { MOST_COLUMNS, type NamedColumns } from "./columns.ts";
import { parquetTable } from "./parquet.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";

/** A file's rows, and the SHA-256 of its bytes. */
export interface Table extends TableRows {
  readonly sha256: string;
}

/** Most bytes of a file. */
const LARGEST_TABLE = 1_000_000_000;

/** Tables that were read, by their SHA-256 and the columns that were chosen: a config is checked before its runs are trained. */
const known = new Map<string, Table>();

/**
 * The table in a file, read as `how` says, by `chosen` columns or the names of columns: Parquet if its name ends so, else CSV. Throws UsageError for what can't be read, and for the first
 * thing in it that is no table of inputs and labels.
 */
export function readTable(file: string, chosen?: NamedColumns, how?: TableReading): Table {
  const source = shownPath(file);
  const bytes = readBytes(file, { source, most: LARGEST_TABLE });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const read = /\.(parquet|pq)$/i.test(file) ? parquetTable : csvTable;
  const key = `${sha256} ${JSON.stringify([chosen, how])}`;
  const table = known.get(key) ?? { ...read(bytes, source, chosen, how), sha256 };
  known.set(key, table);
  return table;
}

/** The same settings with the rows in memory. Throws UsageError if the file is not the one of before. */
export function withValues(settings: TableSettings): TableSettings {
  const { file, sha256, chosen, reading } = settings;
  const table = readTable(file, chosen, reading);
  if (table.sha256 === sha256) return { ...settings, values: table.values };
  const hashes = `SHA-256 ${sha256.slice(0, 8)} then, ${table.sha256.slice(0, 8)} now`;
  throw new UsageError(
    `${shownPath(file)}: changed since the sweep began (${hashes}); put it back, or start another sweep with it`,
  );
}

/** Bytes that tell whether a file is text. */
const SNIFFED = 65_536;
/** Most bytes of a row. */
const LARGEST_ROW = 10_000_000;

/** The rows of a CSV file, its header first. Throws UsageError, by the name `source`, with line and column. */
export function csvTable(bytes: Buffer, source: string, chosen?: NamedColumns, how?: TableReading): TableRows {
  if (bytes.subarray(0, SNIFFED).includes(0))
    throw new UsageError(
      `${source}: not readable as CSV: it contains bytes that are not text; save it as CSV in UTF-8`,
    );
  const rows = countedRecords(bytes, source) - 1;
  let builder: TableBuilder | undefined;
  const work = new LongWork(`reading ${source}`);
  const take = (record: string[], { lines, bytes: done }: { readonly lines: number; readonly bytes: number }) => {
    if (builder === undefined) {
      builder = new TableBuilder(record, source, chosen, how);
      builder.expectRows(rows);
    } else builder.add(record, `${source}:${lines}`);
    work.reach(done / bytes.length);
    return null; // none is kept
  };
  try {
    parse(bytes, { bom: true, skip_empty_lines: true, max_record_size: LARGEST_ROW, on_record: take });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${source}: not readable as CSV: ${(error as Error).message}`);
  }
  if (builder === undefined) throw new UsageError(`${source}: expected a header and rows, got an empty file`);
  return (builder as TableBuilder).finish();
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
