import { parse } from "csv-parse/sync";
import type { TableReading } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { LongWork } from "../long-work.ts";
import { thousands } from "../units.ts";
import { MOST_COLUMNS, type NamedColumns } from "./columns.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";

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
