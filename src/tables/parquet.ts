import * as zlib from "node:zlib";
import { type FileMetaData, parquetMetadata, parquetSchema } from "hyparquet";
import { readColumn } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { getTreePath } from "hyparquet/src/schema.js";
import type { TableReading } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { LongWork } from "../long-work.ts";
import type { NamedColumns } from "./columns.ts";
import { type Compressors, checkPages } from "./parquet-pages.ts";
import { TableBuilder, type TableRows } from "./table-builder.ts";

type RowGroup = FileMetaData["row_groups"][number];

type Decompress = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Node 22.15 and later have it. */
const { zstdDecompressSync: zstd } = zlib as { readonly zstdDecompressSync?: Decompress };

/** hyparquet knows snappy. */
const COMPRESSORS: Compressors = {
  GZIP: bounded(zlib.gunzipSync),
  BROTLI: bounded(zlib.brotliDecompressSync),
  ...(zstd && { ZSTD: bounded(zstd) }),
};
const KNOWN = ["UNCOMPRESSED", "SNAPPY", ...Object.keys(COMPRESSORS)];

/**
 * The rows of a Parquet file. Throws UsageError, by the name `source`, with row and column. Reads by hyparquet's functions
 * of one column, since its others are asynchronous, and a config is checked in one go.
 */
export function parquetTable(bytes: Buffer, source: string, chosen?: NamedColumns, how?: TableReading): TableRows {
  const file = new Uint8Array(bytes).buffer;
  const metadata = reading(source, () => parquetMetadata(file));
  const columns = reading(source, () => columnsIn(metadata));
  const nested = columns.find(({ children }) => children.length > 0);
  if (nested) throw new UsageError(`${source}: column '${nested.element.name}' has parts; leave it out`);
  const names = columns.map(({ element }) => element.name);
  const builder = new TableBuilder(names, source, chosen, how);
  const all = metadata.row_groups.reduce((sum, group) => sum + rowsIn(group, source), 0);
  builder.expectRows(all);
  const work = new LongWork(`reading ${source}`);
  let before = 0;
  for (const group of metadata.row_groups) {
    const data = names.map((_, i) => reading(source, () => columnIn(file, metadata, group, i)));
    const rows = rowsIn(group, source);
    for (let n = 0; n < rows; n++) {
      builder.add(
        data.map((column) => column[n]),
        `${source}: row ${before + n + 1}`,
      );
      work.reach((before + n) / all);
    }
    before += rows;
  }
  return builder.finish();
}

/** Columns of numbers by their names, in float32. Throws UsageError by the name `source`. */
export function numberColumns(bytes: Buffer, source: string): ReadonlyMap<string, Float32Array> {
  const file = new Uint8Array(bytes).buffer;
  return reading(source, () => {
    const metadata = parquetMetadata(file);
    const columns = columnsIn(metadata).map(({ element }, i) => {
      const values = metadata.row_groups.flatMap((group) => columnIn(file, metadata, group, i));
      return [element.name, Float32Array.from(values as number[])] as const;
    });
    return new Map(columns);
  });
}

/** Column number `i` of a group of rows. */
function columnIn(file: ArrayBuffer, metadata: FileMetaData, group: RowGroup, i: number): unknown[] {
  const column = group.columns[i]?.meta_data;
  if (column === undefined) throw new Error(`no column ${i + 1} in a group of rows`);
  if (!KNOWN.includes(column.codec))
    throw new Error(
      `it is compressed by ${column.codec}, and this Node knows ${KNOWN.join(", ")}; write it by one of these`,
    );
  const begin = Number(column.dictionary_page_offset || column.data_page_offset);
  const view = new DataView(file, begin, Number(column.total_compressed_size));
  const rows = Number(group.num_rows);
  const schemaPath = getTreePath(parquetSchema(metadata), column.path_in_schema);
  const { element } = schemaPath.at(-1) as (typeof schemaPath)[number];
  const optional = element.repetition_type === "OPTIONAL";
  checkPages({ view, rows, codec: column.codec, compressors: COMPRESSORS, optional, type: column.type });
  const { data } = readColumn(
    { view, offset: 0 },
    { groupStart: 0, selectStart: 0, selectEnd: rows, groupRows: rows },
    {
      ...column,
      pathInSchema: column.path_in_schema,
      element,
      schemaPath,
      parsers: DEFAULT_PARSERS,
      compressors: COMPRESSORS,
    },
  );
  return data.flatMap((part) => Array.from(part as ArrayLike<unknown>));
}

/** The columns at the top of a file's schema. */
function columnsIn(metadata: FileMetaData): ReturnType<typeof parquetSchema>["children"] {
  const { children } = parquetSchema(metadata);
  const nameless = children.findIndex(({ element }) => typeof element.name !== "string");
  if (nameless >= 0) throw new Error(`column ${nameless + 1} has no name`);
  const lists = children.find(({ element }) => element.repetition_type === "REPEATED");
  if (lists) throw new Error(`column '${lists.element.name}' has lists; leave it out`);
  return children;
}

function rowsIn({ num_rows }: RowGroup, source: string): number {
  const rows = Number(num_rows);
  if (rows >= 0) return rows;
  throw new UsageError(`${source}: not readable as Parquet: it says that a group has ${rows} rows`);
}

/** No page is longer uncompressed than it says. */
function bounded(decompress: Decompress): Compressors[string] {
  return (input, length) => new Uint8Array(decompress(input, { maxOutputLength: Math.max(1, length) }));
}

function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`${source}: not readable as Parquet: ${(error as Error).message}`);
  }
}
