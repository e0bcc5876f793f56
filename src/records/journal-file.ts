import { closeSync, readSync } from "node:fs";
import { extname } from "node:path";
import { gunzipSync } from "node:zlib";
import { belongTogether } from "../config/config.ts";
import { UsageError } from "../errors.ts";
import { openIfThere, reading } from "../files.ts";
import { HEADER_SCHEMA, JOURNAL_SCHEMA } from "./fields.ts";
import { objectIn } from "./journal-line.ts";
import { unpacked } from "./packed-journal.ts";

/** Bytes that are read at once. */
const CHUNK = 2 ** 20;

/** How the bytes of a compressed journal become those that its process wrote, by the ending of its name. */
const UNCOMPRESS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = { ".gz": gunzipSync, ".packed": unpacked };

/** Endings of the names of journals. */
export const JOURNAL_ENDS = ["", ...Object.keys(UNCOMPRESS)].map((end) => `.jsonl${end}`);

/** Returned for a line that is a record, but not a wanted one. */
export const PASS_OVER = Symbol("pass over");

export interface LineOptions {
  /** Called for each line that is not a record; it is left out. */
  readonly warn: (line: string) => void;
  /** The hash of the sweep that the journal must be of; undefined for any. */
  readonly trained?: string | undefined;
}

/**
 * The result of `read` for each line of a journal; `offset` is where the line begins in the file, undefined in a compressed
 * one. None, with a warning, for a file that is no journal. Throws UsageError for the journal of another sweep.
 */
export function* linesOf<T>(
  path: string,
  read: (line: Buffer, offset: number | undefined) => T | typeof PASS_OVER | undefined,
  { warn, trained }: LineOptions,
): Generator<T> {
  let [number, offset] = [0, 0];
  const isCompressed = extname(path) in UNCOMPRESS;
  for (const line of completeLines(path)) {
    const start = offset;
    offset += line.length + 1;
    if (++number === 1) {
      const header = headerIn(line.toString());
      if (header === undefined) return warn(`${path}: not a journal: its first line is not a header; left out`);
      checkHeader(header, path, trained);
      continue;
    }
    const value = read(line, isCompressed ? undefined : start);
    if (value === undefined) warn(`${path}:${number}: not a record; left out`);
    else if (value !== PASS_OVER) yield value;
  }
}

/** Whether a file is a journal, or what is left of one whose process was killed before its first line was complete. */
export function isJournal(path: string): boolean {
  const [start = Buffer.of()] = chunksIn(path);
  const end = start.indexOf(0x0a);
  if (end >= 0) return headerIn(start.toString("utf8", 0, end)) !== undefined;
  return HEADER_START.startsWith(start.toString("utf8", 0, HEADER_START.length));
}

const HEADER_START = '{"schema":';

function checkHeader(values: Header, path: string, trained: string | undefined): void {
  if (values.schema !== JOURNAL_SCHEMA) {
    const schemas = `schema ${String(values.schema)}, this one reads ${JOURNAL_SCHEMA}`;
    throw new UsageError(`${path}: written by another mmoe (${schemas}); give another --out`);
  }
  const { data } = HEADER_SCHEMA.safeParse(values);
  if (data === undefined) throw new UsageError(`${path}: not a journal: its header is damaged; move the file away`);
  if (trained === undefined || belongTogether(data.trained, trained)) return;
  const hashes = `its settings have the hash ${data.trained}, config.yaml's ${trained}`;
  throw new UsageError(`${path}: the journal of another sweep (${hashes}); move the file away`);
}

interface Header {
  readonly schema: unknown;
}

function headerIn(line: string): Header | undefined {
  const values = objectIn(line);
  return values && "schema" in values ? (values as unknown as Header) : undefined;
}

/** Lines without their ends. After the last end there is nothing, or a line that a crash cut off. */
function* completeLines(path: string): Generator<Buffer> {
  let begun: Buffer[] = []; // of a line that goes beyond its chunk
  for (const chunk of chunksIn(path)) {
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      const last = chunk.subarray(start, end);
      yield begun.length === 0 ? last : Buffer.concat([...begun, last]);
      begun = [];
      start = end + 1;
    }
    if (start < chunk.length) begun.push(Buffer.from(chunk.subarray(start)));
  }
}

/** The bytes that a process wrote; a chunk of a journal that is not compressed is overwritten by the next one. */
function chunksIn(path: string): Iterable<Buffer> {
  const uncompress = UNCOMPRESS[extname(path)];
  if (uncompress === undefined) return chunksOf(path);
  const bytes = Buffer.concat(Array.from(chunksOf(path), (chunk) => Buffer.from(chunk)));
  try {
    return [uncompress(bytes)];
  } catch (error) {
    throw new UsageError(`${path}: can't be uncompressed: ${(error as Error).message}; move the file away`);
  }
}

/** No bytes for a file that is gone: a process that ends without a run removes its journal. */
function* chunksOf(path: string): Generator<Buffer> {
  const file = openIfThere(path);
  if (file === undefined) return;
  const chunk = Buffer.allocUnsafe(CHUNK);
  try {
    for (;;) {
      const length = reading(path, () => readSync(file, chunk));
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}
