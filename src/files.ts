import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join, relative, resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { UsageError } from "./errors.ts";
import { isAlive, isSystemError, systemReason } from "./system-errors.ts";
import { printable } from "./text.ts";

interface ReadOptions {
  /** The file's name in errors. */
  readonly source?: string;
  /** The most bytes that it may have. */
  readonly most: number;
}

/** The text of a file. Throws UsageError if it can't be read, is not a regular file, or is too large. */
export function readText(path: string, options: ReadOptions): string {
  return readBytes(path, options).toString("utf8");
}

/** The bytes of a file. Throws UsageError like `readText`. */
export function readBytes(path: string, { source = path, most }: ReadOptions): Buffer {
  return reading(source, () => {
    const { size } = regularStat(path, source);
    if (size > most) throw new UsageError(`${source}: too large: ${size} bytes, at most ${most} are read`);
    return size < MOST_AT_ONCE ? fs.readFileSync(path) : readInParts(path, size);
  });
}

/** Node reads up to 2 GiB of a file at once. */
const MOST_AT_ONCE = 2 ** 30;

function readInParts(path: string, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(size);
  const file = fs.openSync(path, "r");
  try {
    for (let at = 0; at < size; ) {
      const read = fs.readSync(file, bytes, at, Math.min(MOST_AT_ONCE, size - at), null);
      if (read === 0) return bytes.subarray(0, at);
      at += read;
    }
    return bytes;
  } finally {
    fs.closeSync(file);
  }
}

/** The first `most` bytes of a file as text; empty if it is gone. Throws UsageError like `readText`. */
export function startOf(path: string, most = 100): string {
  const file = openIfThere(path);
  if (file === undefined) return "";
  try {
    const start = Buffer.alloc(most);
    return start.toString("utf8", 0, fs.readSync(file, start));
  } finally {
    fs.closeSync(file);
  }
}

/** Opens a file to read; undefined if it is gone. Throws UsageError like `readText`. */
export function openIfThere(path: string): number | undefined {
  try {
    regularStat(path, path);
    return fs.openSync(path, "r");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    throw unreadable(path, error);
  }
}

/** What `read` gives; UsageError, by the name `source`, where the operating system refuses it. */
export function reading<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw unreadable(source, error);
  }
}

function unreadable(source: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const noMore = error.code === "EMFILE" || error.code === "ENFILE";
  const wayOut = noMore ? "; raise the limit of open files (ulimit -n)" : "";
  return new UsageError(`${source}: can't be read: ${systemReason(error)}${wayOut}`);
}

/** The bytes of a regular file. Throws UsageError for anything else. */
export function regularSize(path: string, source: string): number {
  return regularStat(path, source).size;
}

/** Before it is opened: a pipe waits for a writer, a device may never end. */
function regularStat(path: string, source: string): { readonly size: number } {
  const stat = fs.statSync(path);
  if (stat.isFile()) return stat;
  const kind = stat.isDirectory() ? "a folder" : "a device, pipe or socket";
  throw new UsageError(`${source}: can't be read: it is ${kind}, not a file`);
}

type Chunk = string | Uint8Array;

/**
 * Writes a file completely, and to the disk, or not at all; a link of that name is replaced, not followed. If it throws
 * the system's error, a file that was there before stays as it was.
 */
export function writeWholeSync(path: string, ...content: readonly Chunk[]): void {
  const file = new PartialFile(path);
  try {
    for (const chunk of content) file.write(chunk);
    file.finish();
  } finally {
    file.discard();
  }
}

/** The same for all `chunks`; lets others work in between, and rejects when `signal` aborts. */
export async function writeWhole(path: string, chunks: Iterable<Chunk>, signal?: AbortSignal): Promise<void> {
  const file = new PartialFile(path);
  try {
    for (const chunk of chunks) {
      file.write(chunk);
      await setImmediate();
      signal?.throwIfAborted();
    }
    file.finish();
  } finally {
    file.discard();
  }
}

/**
 * Writes all of `chunk` to an open file. A disk that is nearly full takes a part of it, and fails only at the next
 * write.
 */
export function writeAll(file: number, chunk: Chunk): void {
  const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
  for (let at = 0; at < bytes.length; ) {
    const written = fs.writeSync(file, bytes, at);
    if (written === 0) throw systemError("EIO", -5, "write");
    at += written;
  }
}

/** Where this process writes a file until it is complete. By host too: machines share folders, and process numbers. */
export function partialPath(path: string): string {
  return `${path}.${hostname()}-${process.pid}-${randomBytes(4).toString("hex")}.partial`;
}

/** Whether `partialPath` makes such names. */
export function isPartial(name: string): boolean {
  return PARTIAL.test(name);
}

const PARTIAL = /^(.+\..+)-(\d+)-[0-9a-f]{8}\.partial$/;

/** Whether a file of such a name was left by a process that was killed; undefined for one of another machine. */
export function isLitter(name: string): boolean | undefined {
  const [, file, pid] = PARTIAL.exec(name) ?? [];
  return file?.endsWith(`.${hostname()}`) ? !isAlive(Number(pid)) : undefined;
}

/** A file beside its target until it is complete. */
class PartialFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: number;
  #isOpen = true;

  constructor(path: string) {
    this.#path = path;
    const before = fs.statSync(path, { throwIfNoEntry: false });
    if (before?.isDirectory()) throw systemError("EISDIR", -21, "open");
    if (before !== undefined && !before.isFile()) throw systemError("EINVAL", -22, "open"); // a device, a pipe
    removeLitter(path);
    this.#partial = partialPath(path);
    this.#file = fs.openSync(this.#partial, "wx");
    // on a disk without modes all files have the same one, and setting it may fail
    if (before !== undefined && before.mode !== fs.fstatSync(this.#file).mode)
      fs.fchmodSync(this.#file, before.mode & 0o777);
  }

  write(chunk: Chunk): void {
    writeAll(this.#file, chunk);
  }

  finish(): void {
    fs.fsyncSync(this.#file);
    this.#close();
    fs.renameSync(this.#partial, this.#path);
    syncFolder(dirname(this.#path));
  }

  /** Leaves nothing beside the target. */
  discard(): void {
    this.#close();
    fs.rmSync(this.#partial, { force: true });
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    fs.closeSync(this.#file);
  }
}

/** Removes files that killed writers of `path` on this machine left; if one can't be removed, it stays. */
function removeLitter(path: string): void {
  const folder = dirname(path);
  const begin = `${basename(path)}.${hostname()}-`;
  try {
    const litter = fs.readdirSync(folder).filter((name) => name.startsWith(begin) && isLitter(name));
    for (const name of litter) fs.rmSync(join(folder, name), { force: true });
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

/** Puts a renamed file's new name on the disk. Not every file system knows how, nor need the folder be readable. */
function syncFolder(folder: string): void {
  let file: number | undefined;
  try {
    file = fs.openSync(folder, "r");
    fs.fsyncSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EIO") throw error;
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

function systemError(code: string, errno: number, syscall: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall}`), { code, errno, syscall });
}

/** `path` itself, or the nearest folder above it that exists. */
export function nearestExisting(path: string): string {
  let at = resolve(path);
  while (!fs.existsSync(at)) at = dirname(at);
  return at;
}

/** Makes a folder, and those above it. One by one: in /proc, where none can be made, Node's own recursion never ends. */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = resolve(path); !fs.existsSync(at); at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    try {
      fs.mkdirSync(folder);
    } catch (error) {
      if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error; // unless another process made it
    }
  }
}

/** From the working folder, if the file is within. */
export function shownPath(file: string): string {
  const path = relative(".", file) || ".";
  return printable(path.startsWith("..") ? file : path);
}
