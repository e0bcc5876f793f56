// Some columns of a file as they are there, without asking what a table of inputs and labels must have.
import { UsageError } from "../errors.ts";
import { readBytes, shownPath } from "../files.ts";
import { columnsText } from "./columns.ts";
import { pagesOf } from "./parquet.ts";
import { csvRecords, filesAt, isParquet, LARGEST_CSV, withFiles } from "./read-table.ts";
import { valuesOf } from "./table-builder.ts";

/** Columns of N rows, [N] each; undefined for an empty cell. */
export interface RawColumns {
  readonly rows: number;
  /** In the order in which they were asked for. */
  readonly columns: readonly (readonly unknown[])[];
  /** What a message calls a row: `new.csv:17`. */
  readonly placeOf: (row: number) => string;
}

/** The columns `names` of a file, or of the Parquet files of a folder. Throws UsageError for what can't be read or is not there. */
export function rawColumns(path: string, names: readonly string[]): RawColumns {
  const source = shownPath(path);
  const files = filesAt(path, source);
  return isParquet(files[0]) ? parquetColumns(files, names) : csvColumns(path, source, names);
}

function csvColumns(path: string, source: string, names: readonly string[]): RawColumns {
  const columns = names.map((): unknown[] => []);
  const lines: number[] = [];
  let places: number[] | undefined;
  csvRecords(readBytes(path, { source, most: LARGEST_CSV }), source, (record, line) => {
    if (places) {
      lines.push(line);
      for (const [i, place] of places.entries()) columns[i].push(record[place]);
    } else places = placesIn(record, names, source);
  });
  if (places === undefined) throw new UsageError(`${source}: expected a header and rows, got an empty file`);
  return { rows: lines.length, columns, placeOf: (row) => `${source}:${lines[row]}` };
}

function parquetColumns(files: readonly string[], names: readonly string[]): RawColumns {
  return withFiles(files, (opened) => {
    const places: string[] = [];
    const columns = names.map((): unknown[] => []);
    for (const file of opened) {
      placesIn(file.names, names, file.source);
      for (let row = 0; row < file.rows; row++) places.push(`${file.source}: row ${row + 1}`);
      for (const [i, name] of names.entries())
        for (const group of file.metadata.row_groups)
          for (const page of pagesOf(file, group, name)) for (const value of valuesOf(page)) columns[i].push(value);
    }
    return { rows: places.length, columns, placeOf: (row) => places[row] };
  });
}

function placesIn(columns: readonly string[], names: readonly string[], source: string): number[] {
  const header = columns.map((name) => name.trim());
  const missing = names.filter((name) => !header.includes(name));
  const twice = names.find((name) => header.indexOf(name) < header.lastIndexOf(name));
  if (twice !== undefined) throw new UsageError(`${source}: two columns are named '${twice}', which the models read`);
  if (missing.length === 0) return names.map((name) => header.indexOf(name));
  const more = missing.length > 1 ? ` and ${missing.length - 1} more` : "";
  throw new UsageError(`${source}: no column '${missing[0]}'${more}, which the models read${columnsText(header)}`);
}
