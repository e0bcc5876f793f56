import { parse } from "csv-parse/sync";
import { UsageError } from "../errors.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";

/** The rows of a CSV file, its header first. Throws UsageError, by the name `source`, with line and column. */
export function csvTable(bytes: Buffer, source: string): TableRows {
  let builder: TableBuilder | undefined;
  const take = (record: string[], { lines }: { readonly lines: number }) => {
    if (builder === undefined) builder = new TableBuilder(record, source);
    else builder.add(record, `${source}:${lines}`);
    return null; // none is kept
  };
  try {
    parse(bytes, { bom: true, skip_empty_lines: true, on_record: take });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${source}: not readable as CSV: ${(error as Error).message}`);
  }
  if (builder === undefined) throw new UsageError(`${source}: expected a header and rows, got an empty file`);
  return (builder as TableBuilder).finish();
}
