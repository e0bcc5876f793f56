import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { isAlive, isSystemError } from "./system-error.ts";

type Chunk = string | Uint8Array;

/**
 * Writes a file completely, and to the disk, or not at all; a link of that name is replaced, not followed. If it throws
 * the system's error, a file that was there before stays as it was.
 */
export function writeWholeSync(path: string, content: Chunk): void {
  const file = new PartialFile(path);
  try {
    file.write(content);
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
