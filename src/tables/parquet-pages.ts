// Whether the pages of a Parquet column hold what they say. hyparquet takes their word: a few bytes may then fill memory.
import { parquetHeader } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";

type PageHeader = ReturnType<typeof parquetHeader>;

/** A decompressor by its codec's name, told the length of what comes out. */
export type Compressors = Readonly<Record<string, (input: Uint8Array, length: number) => Uint8Array>>;

/** A flat column of a group of rows. */
interface ColumnPages {
  /** Its pages, one after the other. */
  readonly view: DataView;
  readonly rows: number;
  readonly codec: Parameters<typeof decompressPage>[2];
  readonly compressors: Compressors;
  /** Whether a value may be missing: its levels come before the values. */
  readonly optional: boolean;
  readonly type: string;
}

/** Most bytes that a page may have uncompressed. */
const LARGEST_PAGE = 500_000_000;
/** Most values of a dictionary that no row may have. */
const MOST_UNUSED = 1_000_000;

/** Throws an error for pages that say that they hold more values than the group has rows, or that repeat one more often. */
export function checkPages(column: ColumnPages): void {
  const { view, rows } = column;
  const reader = { view, offset: 0 };
  let values = 0;
  while (values < rows && reader.offset < view.byteLength - 1) {
    const page = parquetHeader(reader);
    checkSizes(page);
    const isDictionary = page.type === "DICTIONARY_PAGE"; // it may have values that no row has
    const held = headerOf(page)?.num_values ?? 0;
    if (!isDictionary) values += held;
    if (!(held >= 0) || (isDictionary ? held > Math.max(rows, MOST_UNUSED) : values > rows))
      throw new Error(`a page of a group of ${rows} rows says that it has ${held} values`);
    if (!isDictionary) {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, page.compressed_page_size);
      checkValues(page, bytes, column);
    }
    reader.offset += page.compressed_page_size;
  }
}

function headerOf(page: PageHeader): { readonly num_values: number } | undefined {
  return page.data_page_header ?? page.data_page_header_v2 ?? page.dictionary_page_header;
}

function checkSizes(page: PageHeader): void {
  const { data_page_header_v2: second, compressed_page_size, uncompressed_page_size } = page;
  const nulls = second === undefined ? [] : [second.num_nulls, second.num_values - second.num_nulls];
  const levels =
    second === undefined ? [] : [second.definition_levels_byte_length, second.repetition_levels_byte_length];
  const wrong = [compressed_page_size, uncompressed_page_size, ...nulls, ...levels].find(
    (size) => !(size >= 0 && size <= LARGEST_PAGE),
  );
  if (wrong !== undefined) throw new Error(`a page gives ${wrong} as a size`);
}

/** The levels of missing values, then the values, of one page. */
function checkValues(page: PageHeader, bytes: Uint8Array, { codec, compressors, optional, type }: ColumnPages): void {
  const { data_page_header: first, data_page_header_v2: second, uncompressed_page_size: size } = page;
  const unpacked = (packed: Uint8Array, length: number) => decompressPage(packed, length, codec, { ...compressors });
  if (first !== undefined) {
    const all = unpacked(bytes, size);
    const levels = optional ? 4 + new DataView(all.buffer, all.byteOffset).getUint32(0, true) : 0;
    if (optional) checkRepeats(all.subarray(4, levels), 1, first.num_values);
    checkIndices(all.subarray(levels), first, type);
  } else if (second !== undefined) {
    const { repetition_levels_byte_length: before, definition_levels_byte_length: own } = second;
    if (optional) checkRepeats(bytes.subarray(before, before + own), 1, second.num_values);
    const packed = bytes.subarray(before + own);
    checkIndices(second.is_compressed === false ? packed : unpacked(packed, size - before - own), second, type);
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
