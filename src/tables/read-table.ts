// Tables of the user's own: CSV and Parquet files.
import { createHash } from "node:crypto";
import type { TableReading, TableSettings } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { shownPath } from "../paths.ts";
import { readBytes } from "../regular-file.ts";
import type { NamedColumns } from "./columns.ts";
import { csvTable } from "./csv.ts";
import { parquetTable } from "./parquet.ts";
import type { TableRows } from "./table-builder.ts";

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
