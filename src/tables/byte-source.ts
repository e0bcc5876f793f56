// Bytes that are read in pieces, so that a large file is never in memory as a whole.
import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { reading, regularSize } from "../files.ts";
import { LongWork } from "../long-work.ts";

export interface ByteSource {
  readonly length: number;
  /** So many bytes from one on, at the beginning of a buffer of their own. Throws an error if there are fewer. */
  read(from: number, count: number): Uint8Array<ArrayBuffer>;
  /** Fills `bytes` with those from one on. Throws an error if there are fewer. */
  readInto(bytes: Uint8Array, from: number): void;
  /** The number of the open file, by which all threads can read it; absent in memory. */
  readonly file?: number;
}

export function bytesInMemory(bytes: Uint8Array): ByteSource {
  return sourceOf(bytes.length, (into, from) => into.set(bytes.subarray(from, from + into.length)));
}

/** `readInto` of bytes that are there. */
function sourceOf(length: number, readInto: ByteSource["readInto"]): ByteSource {
  const readWithin: ByteSource["readInto"] = (bytes, from) => {
    expectWithin(from, bytes.length, length);
    readInto(bytes, from);
  };
  return {
    length,
    readInto: readWithin,
    read(from, count) {
      expectWithin(from, count, length);
      const bytes = new Uint8Array(count);
      readInto(bytes, from);
      return bytes;
    },
  };
}

/** What `use` gives of a file's bytes. Throws UsageError by the name `source` where the system refuses them. */
export function withFile<T>(path: string, source: string, use: (bytes: ByteSource, stat: Stats) => T): T {
  return reading(source, () => {
    regularSize(path, source);
    const file = openSync(path, "r");
    try {
      return use(bytesOfFile(file), fstatSync(file));
    } finally {
      closeSync(file);
    }
  });
}

/** The bytes of an open file. */
export function bytesOfFile(file: number): ByteSource {
  const source = sourceOf(fstatSync(file).size, (bytes, from) => {
    for (let done = 0; done < bytes.length; ) {
      const got = readSync(file, bytes, done, bytes.length - done, from + done);
      if (got === 0) throw new Error(`it ends at byte ${from + done}`);
      done += got;
    }
  });
  return { ...source, file };
}

function expectWithin(from: number, count: number, length: number): void {
  if (from >= 0 && count >= 0 && from + count <= length) return;
  throw new Error(`it is cut short: it has ${length} bytes, and says that ${count} are at ${from}`);
}

const HASHED_BYTES = 2 ** 18;

/** SHA-256 of all bytes, in hexadecimal digits. */
export function sha256Of(bytes: ByteSource, source: string): string {
  const hash = createHash("sha256");
  const work = new LongWork(`reading ${source}`);
  const piece = new Uint8Array(HASHED_BYTES); // new memory for each would take as long as the hash
  for (let at = 0; at < bytes.length; at += HASHED_BYTES) {
    const next = piece.subarray(0, bytes.length - at);
    bytes.readInto(next, at);
    hash.update(next);
    work.reach(at / bytes.length);
  }
  return hash.digest("hex");
}
