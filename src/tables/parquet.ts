import * as zlib from "node:zlib";
import { type FileMetaData, parquetMetadata, parquetSchema } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { snappyUncompress } from "hyparquet/src/snappy.js";
import { snappyUncompressor } from "hysnappy";
import { UsageError } from "../errors.ts";
import { durationsIn } from "./arrow-schema.ts";
import { type ByteSource, bytesInMemory } from "./byte-source.ts";
import { expectDistinct } from "./columns.ts";
import { type Compressors, cellPages } from "./parquet-pages.ts";
import { type CellPage, valuesOf } from "./table-builder.ts";

type Schema = ReturnType<typeof parquetSchema>;
export type RowGroup = FileMetaData["row_groups"][number];

type Decompress = (input: Uint8Array, options: { readonly maxOutputLength: number }) => Uint8Array;

/** Node 22.15 and later have it. */
const { zstdDecompressSync: zstd } = zlib as { readonly zstdDecompressSync?: Decompress };

const COMPRESSORS: Compressors = {
  SNAPPY: (input, length) => {
    try {
      if (saidLength(input) === length) return fastSnappy(input, length);
    } catch {
      // hyparquet says what is wrong
    }
    const output = new Uint8Array(length);
    snappyUncompress(input, output);
    return output;
  },
  GZIP: bounded(zlib.gunzipSync),
  BROTLI: bounded(zlib.brotliDecompressSync),
  ...(zstd && { ZSTD: bounded(zstd) }),
};
const fastSnappy = snappyUncompressor();
const KNOWN = ["UNCOMPRESSED", ...Object.keys(COMPRESSORS)];

/** A Parquet file whose metadata is in memory. */
export interface ParquetFile {
  readonly bytes: ByteSource;
  /** Its name in errors. */
  readonly source: string;
  readonly metadata: FileMetaData;
  readonly names: readonly string[];
  /** The tree of its columns, and the place of each by its name. */
  readonly schema: Schema;
  readonly places: ReadonlyMap<string, number>;
  /** Where each begins among the flat columns that a group of rows has, of which lists and parts have several. */
  readonly begins: readonly number[];
  readonly rows: number;
}

/** What to do about lists of Parquet. */
const AS_TEXTS = "write them as texts such as 39,12 and give --lists";

/** Throws UsageError by the name `source`. */
export function parquetFile(bytes: ByteSource, source: string): ParquetFile {
  const metadata = reading(source, () => metadataIn(bytes));
  const schema = reading(source, () => schemaIn(metadata));
  const columns = schema.children;
  const rows = metadata.row_groups.reduce((sum, group) => sum + rowsIn(group, source), 0);
  const names = columns.map(({ element }) => element.name);
  expectDistinct(names, source);
  const places = new Map(names.map((name, i) => [name, i]));
  const begins = [0];
  for (const column of columns) begins.push(begins[begins.length - 1] + flatColumns(column));
  return { bytes, source, metadata, names, schema, places, begins, rows };
}

/** Pages of a column, whose errors are UsageErrors by the name of the file. */
export function* pagesOf(file: ParquetFile, group: RowGroup, name: string): Generator<CellPage> {
  const { source } = file;
  const i = file.places.get(name) ?? -1;
  const unread = unreadIn(file, i);
  if (unread !== undefined) throw new UsageError(`${source}: column '${name}' has ${unread}, or leave it out`);
  const pages = reading(source, () => columnPages(file, group, i));
  for (;;) {
    const { done, value } = reading(source, () => pages.next());
    if (done) return;
    yield value;
  }
}

/** Columns of numbers by their names; texts are left out. Throws UsageError by the name `source`. */
export function numberColumns(file: Buffer, source: string): ReadonlyMap<string, Float64Array> {
  const opened = parquetFile(bytesInMemory(file), source);
  const { schema, metadata } = opened;
  const numeric = [...schema.children.entries()].filter(([, { element }]) => element.type !== "BYTE_ARRAY");
  const groups = metadata.row_groups;
  return reading(source, () => {
    const columns = numeric.map(([i, { element }]) => {
      const numbers = new Float64Array(opened.rows);
      let at = 0;
      for (const group of groups)
        for (const page of columnPages(opened, group, i))
          for (const value of valuesOf(page)) numbers[at++] = Number(value);
      return [element.name, numbers] as const;
    });
    return new Map(columns);
  });
}

/** Bytes behind the metadata: their length, and a word. */
const END_BYTES = 8;

function metadataIn(bytes: ByteSource): FileMetaData {
  const last = Math.min(END_BYTES, bytes.length);
  const end = bytes.read(bytes.length - last, last);
  const count = last < END_BYTES ? 0 : new DataView(end.buffer).getUint32(0, true);
  const own = bytes.length - last - count < 0 ? 0 : count; // hyparquet says what is wrong
  return parquetMetadata(bytes.read(bytes.length - last - own, last + own).buffer);
}

/** The pages of column number `i` of a group of rows. */
function columnPages({ bytes, schema, begins }: ParquetFile, group: RowGroup, i: number): Generator<CellPage> {
  const column = group.columns[begins[i]]?.meta_data;
  if (column === undefined) throw new Error(`no column ${i + 1} in a group of rows`);
  if (!KNOWN.includes(column.codec))
    throw new Error(
      `it is compressed by ${column.codec}, and this Node knows ${KNOWN.join(", ")}; write it by one of these`,
    );
  const begin = Number(column.dictionary_page_offset || column.data_page_offset);
  const view = new DataView(bytes.read(begin, Number(column.total_compressed_size)).buffer);
  const [own, pathInSchema] = [schema.children[i], column.path_in_schema];
  const { element } = own;
  if (pathInSchema.join("/") !== element.name) throw new Error(`column ${i + 1} of a group of rows is another one`);
  const parsers = { ...DEFAULT_PARSERS, stringFromBytes: (bytes: Uint8Array) => textOf(bytes, element.name) };
  const decoding = { pathInSchema, element, schemaPath: [schema, own], parsers };
  const decoder = { ...column, ...decoding, compressors: COMPRESSORS };
  return cellPages({ view, rows: Number(group.num_rows), decoder });
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of some bytes. Throws an error for others, such as those of a hash, several of which would be one text. */
function textOf(bytes: Uint8Array, name: string): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Error(
      `column '${name}' has bytes that are no text in UTF-8; write them as texts, such as in hexadecimal digits`,
    );
  }
}

/** What a column has that is no column of numbers or texts, and what to do; undefined for another. */
function unreadIn({ schema, metadata }: ParquetFile, i: number): string | undefined {
  const { element, children } = schema.children[i] ?? {};
  const { name = "", logical_type: logical, converted_type: converted } = element ?? {};
  if (children && children.length > 0) {
    const isList = converted === "LIST" || logical?.type === "LIST";
    return isList ? `lists; ${AS_TEXTS}` : "parts; give each a column";
  }
  if (logical?.type === "TIME" || converted?.startsWith("TIME_")) return "times of day; write it as numbers";
  return converted === "INTERVAL" || durationsIn(metadata).has(name) ? "durations; write it as numbers" : undefined;
}

/** How many flat columns a group of rows has of a column. */
function flatColumns({ children }: Schema): number {
  return children.reduce((sum, child) => sum + flatColumns(child), children.length === 0 ? 1 : 0);
}

/** A file's schema, whose children are its columns. */
function schemaIn(metadata: FileMetaData): Schema {
  const schema = parquetSchema(metadata);
  const { children } = schema;
  const nameless = children.findIndex(({ element }) => typeof element.name !== "string");
  if (nameless >= 0) throw new Error(`column ${nameless + 1} has no name`);
  const lists = children.find(({ element }) => element.repetition_type === "REPEATED");
  if (lists) throw new Error(`column '${lists.element.name}' has lists; ${AS_TEXTS}, or leave it out`);
  return schema;
}

function rowsIn({ num_rows }: RowGroup, source: string): number {
  const rows = Number(num_rows);
  if (rows >= 0) return rows;
  throw new UsageError(`${source}: not readable as Parquet: it says that a group has ${rows} rows`);
}

/** The length of what snappy unpacks, as the input says at its beginning. */
function saidLength(input: Uint8Array): number {
  const end = input.findIndex((byte) => byte < 0x80);
  return input.subarray(0, end + 1).reduceRight((length, byte) => 128 * length + (byte & 0x7f), 0);
}

/** No page is longer uncompressed than it says. */
function bounded(decompress: Decompress): Compressors[string] {
  return (input, length) => new Uint8Array(decompress(input, { maxOutputLength: Math.max(1, length) }));
}

function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    // what its reader did not expect says nothing of the file
    const reason = error instanceof TypeError ? "it is damaged; write or copy it again" : (error as Error).message;
    throw new UsageError(`${source}: not readable as Parquet: ${reason}`);
  }
}
