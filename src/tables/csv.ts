import { parse } from "csv-parse/sync";
import type { TableReading } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { LongWork } from "../long-work.ts";
import type { NamedColumns } from "./columns.ts";
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
  let builder: TableBuilder | undefined;
  const work = new LongWork(`reading ${source}`);
  const take = (record: string[], { lines, bytes: done }: { readonly lines: number; readonly bytes: number }) => {
    if (builder === undefined) {
      builder = new TableBuilder(record, source, chosen, how);
      builder.expectRows(leastRows(bytes));
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

const LINE_FEED = 0x0a;

/** Rows below the header of a large file that are certain: its lines that are not empty. None is counted in a small one. */
function leastRows(bytes: Buffer): number {
  if (bytes.length < COUNTED) return 0;
  let rows = 0;
  for (let i = 1; i < bytes.length; i++) {
    if (bytes[i] === LINE_FEED && bytes[i - 1] !== LINE_FEED) rows++;
  }
  return rows - 1;
}

/** A smaller file is read in some seconds. */
const COUNTED = 50_000_000;
