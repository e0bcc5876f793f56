// The pages of a flat Parquet column, which are checked first: hyparquet takes their word, and a few bytes may then fill memory.
import { parquetHeader } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { decompressPage, readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { readPlain } from "hyparquet/src/plain.js";
import { PlainTexts } from "./plain-texts.ts";
import type { CellPage } from "./table-builder.ts";

type ColumnDecoder = Parameters<typeof convert>[1];
type Decoded = Parameters<typeof convert>[0];
type PageHeader = ReturnType<typeof parquetHeader>;

/** A decompressor by its codec's name, told the length of what comes out. */
export type Compressors = Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>;

/** A flat column of a group of rows. */
interface ColumnPages {
  /** Its pages, one after the other. */
  readonly view: DataView<ArrayBuffer>;
  readonly rows: number;
  readonly decoder: ColumnDecoder;
}

/** Most bytes that a page may have uncompressed. */
const LARGEST_PAGE = 500_000_000;
/** Most values of a dictionary that no row may have. */
const MOST_UNUSED = 1_000_000;

/**
 * The cells of a column, page after page. Throws an error for pages that say that they hold more values than the group has rows, or
 * that repeat one more often, and for a column of fewer values.
 */
export function* cellPages({ view, rows, decoder }: ColumnPages): Generator<CellPage> {
  const reader = { view, offset: 0 };
  let [done, dictionary]: [number, CellPage["values"]] = [0, []];
  while (done < rows && reader.offset < view.byteLength - 1) {
    const page = parquetHeader(reader);
    checkSizes(page);
    const isDictionary = page.type === "DICTIONARY_PAGE"; // it may have values that no row has
    const held = headerOf(page)?.num_values ?? 0;
    if (!(held >= 0) || (isDictionary ? held > Math.max(rows, MOST_UNUSED) : done + held > rows))
      throw new Error(`a page of a group of ${rows} rows says that it has ${held} values`);
    const bytes = bytesAt(reader, page.compressed_page_size);
    if (isDictionary) dictionary = dictionaryIn(bytes, page, held, decoder);
    else {
      yield cellsIn(bytes, page, dictionary, decoder);
      done += held;
    }
  }
  if (done < rows) throw new Error(`a column of a group of ${rows} rows has ${done} values`);
}

function bytesAt(reader: { readonly view: DataView<ArrayBuffer>; offset: number }, count: number): Uint8Array {
  const { view, offset } = reader;
  if (offset + count > view.byteLength) throw new Error(`a page of ${count} bytes is cut short`);
  reader.offset += count;
  return new Uint8Array(view.buffer, view.byteOffset + offset, count);
}

function unpacked(bytes: Uint8Array, length: number, { codec, compressors }: ColumnDecoder): Uint8Array {
  return decompressPage(bytes, length, codec, compressors);
}

function dictionaryIn(bytes: Uint8Array, page: PageHeader, count: number, decoder: ColumnDecoder): CellPage["values"] {
  const all = unpacked(bytes, page.uncompressed_page_size, decoder);
  if (isText(decoder)) return new PlainTexts(all, count);
  return converted(readPlain(readerOf(all, 0), decoder.type, count, decoder.element.type_length), decoder);
}

function isText({ type, element }: ColumnDecoder): boolean {
  return type === "BYTE_ARRAY" && (element.converted_type === "UTF8" || element.logical_type?.type === "STRING");
}

function cellsIn(
  packed: Uint8Array,
  page: PageHeader,
  dictionary: CellPage["values"],
  decoder: ColumnDecoder,
): CellPage {
  const { data_page_header: first, data_page_header_v2: second } = page;
  const header = first ?? second;
  if (header === undefined) throw new Error(`a page is of the type ${page.type}`);
  const bytes =
    second === undefined
      ? unpacked(packed, page.uncompressed_page_size, decoder)
      : unpackedSecond(packed, page, decoder);
  const optional = decoder.element.repetition_type === "OPTIONAL";
  checkValues(bytes, page, optional, decoder.type);
  const { encoding, num_values: rows } = header;
  const levels = optional ? levelsIn(bytes, page, rows) : undefined;
  const count = levels ? valuesIn(levels) : rows;
  const known = { rows, ...(levels && count < rows && { levels }) };
  const own = bytes.subarray(levelBytes(bytes, page, optional));
  if (encoding === "PLAIN" && isText(decoder)) return { ...known, values: new PlainTexts(own, count) };
  if (encoding.endsWith("_DICTIONARY")) {
    const entries = new Uint32Array(count);
    if (count > 0 && own[0] !== 0) readRleBitPackedHybrid(readerOf(own, 1), own[0] ?? 0, entries, own.length - 1);
    for (let n = 0; n < count; n++)
      if (entries[n] >= dictionary.length)
        throw new Error(`a value is number ${entries[n]} of a dictionary of ${dictionary.length}`);
    return { ...known, values: dictionary, entries };
  }
  const flat = { ...page, data_page_header_v2: { ...(second as object), is_compressed: false } } as PageHeader;
  const { dataPage } = first === undefined ? readDataPageV2(bytes, flat, decoder) : readDataPage(bytes, first, decoder);
  return { ...known, values: converted(dataPage, decoder) };
}

/** Values as JavaScript has them; a decimal is the nearest number, as where it is written in digits. */
function converted(data: Decoded, decoder: ColumnDecoder): Decoded {
  const { converted_type: kind, logical_type: logical, scale = 0 } = decoder.element;
  if (decoder.type === "FIXED_LEN_BYTE_ARRAY" && kind === undefined && logical === undefined)
    return Array.from(data as ArrayLike<Uint8Array>, (bytes) => decoder.parsers.stringFromBytes(bytes)); // as those of any length
  if (kind !== "DECIMAL") return convert(data, decoder);
  return Array.from(data as ArrayLike<unknown>, (value) => {
    const digits =
      value instanceof Uint8Array
        ? BigInt.asIntN(8 * value.length, BigInt(`0x${Buffer.from(value).toString("hex")}`))
        : value;
    return Number(`${digits}e-${scale}`);
  });
}

/** Bytes of a page before its values. */
function levelBytes(bytes: Uint8Array, { data_page_header_v2: second }: PageHeader, optional: boolean): number {
  if (second !== undefined) return second.repetition_levels_byte_length + second.definition_levels_byte_length;
  return optional ? 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true) : 0;
}

/** 1 for each row that has a value. */
function levelsIn(bytes: Uint8Array, page: PageHeader, rows: number): Uint8Array {
  const start = page.data_page_header_v2?.repetition_levels_byte_length ?? 4;
  const levels = new Uint8Array(rows);
  readRleBitPackedHybrid(readerOf(bytes, start), 1, levels, levelBytes(bytes, page, true) - start);
  return levels;
}

/** How many of some rows have a value. */
function valuesIn(levels: Uint8Array): number {
  let count = 0;
  for (let n = 0; n < levels.length; n++) count += Number(levels[n] === 1);
  return count;
}

function readerOf({ buffer, byteOffset, byteLength }: Uint8Array, offset: number): { view: DataView; offset: number } {
  return { view: new DataView(buffer, byteOffset, byteLength), offset };
}

/** The levels, which are never packed, then the values. */
function unpackedSecond(packed: Uint8Array, page: PageHeader, decoder: ColumnDecoder): Uint8Array {
  const { data_page_header_v2: header, uncompressed_page_size: size } = page;
  const levels = (header?.repetition_levels_byte_length ?? 0) + (header?.definition_levels_byte_length ?? 0);
  if (header?.is_compressed === false) return packed;
  const all = new Uint8Array(size);
  all.set(packed.subarray(0, levels));
  all.set(unpacked(packed.subarray(levels), size - levels, decoder), levels);
  return all;
}

function headerOf(page: PageHeader): { readonly num_values: number } | undefined {
  return page.data_page_header ?? page.data_page_header_v2 ?? page.dictionary_page_header;
}

function checkSizes(page: PageHeader): void {
  const { data_page_header_v2: second, compressed_page_size, uncompressed_page_size } = page;
  const nulls = second === undefined ? [] : [second.num_nulls, second.num_values - second.num_nulls];
  const levels =
    second === undefined ? [] : [second.definition_levels_byte_length, second.repetition_levels_byte_length];
  for (const size of [compressed_page_size, uncompressed_page_size, ...nulls, ...levels])
    if (!(size >= 0 && size <= LARGEST_PAGE)) throw new Error(`a page gives ${size ?? "nothing"} as a size`);
}

/** The levels of missing values, then the values, of one page. */
function checkValues(bytes: Uint8Array, page: PageHeader, optional: boolean, type: string): void {
  const { data_page_header: first, data_page_header_v2: second } = page;
  if (first !== undefined) {
    const levels = levelBytes(bytes, page, optional);
    if (optional) checkRepeats(bytes.subarray(4, levels), 1, first.num_values);
    checkIndices(bytes.subarray(levels), first, type);
  } else if (second !== undefined) {
    const { repetition_levels_byte_length: before, definition_levels_byte_length: own } = second;
    if (optional) checkRepeats(bytes.subarray(before, before + own), 1, second.num_values);
    checkIndices(bytes.subarray(before + own), second, type);
  }
}

interface Encoded {
  readonly encoding: string;
  readonly num_values: number;
}

/** Places in a dictionary, or truth values; other encodings have a length of their own for each value. */
function checkIndices(bytes: Uint8Array, { encoding, num_values }: Encoded, type: string): void {
  const isBoolean = type === "BOOLEAN";
  if (encoding === "RLE" && isBoolean) checkRepeats(bytes.subarray(4), 1, num_values);
  else if (encoding.endsWith("DICTIONARY") || encoding === "RLE")
    checkRepeats(bytes.subarray(1), isBoolean ? 1 : (bytes[0] ?? 0), num_values);
}

/** Runs of equal values and of packed ones, of `width` bits, as far as they make up `count` values. */
function checkRepeats(bytes: Uint8Array, width: number, count: number): void {
  let [at, seen] = [0, 0];
  while (seen < count && at < bytes.length) {
    let [head, shift] = [0, 0];
    let byte: number;
    do {
      byte = bytes[at++] ?? 0;
      head |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    const length = head >>> 1;
    const isPacked = (head & 1) === 1;
    at += isPacked ? length * width : (width + 7) >> 3;
    seen += isPacked ? 8 * length : length;
    if (!isPacked && seen > count)
      throw new Error(`a page of ${count} values says that it repeats one ${length} times`);
  }
}
