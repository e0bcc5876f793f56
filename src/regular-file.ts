import { closeSync, openSync, readFileSync, readSync, statSync } from "node:fs";
import { UsageError } from "./errors.ts";
import { isSystemError, systemReason } from "./system-error.ts";

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
    return readFileSync(path);
  });
}

/** The first `most` bytes of a file as text; empty if it is gone. Throws UsageError like `readText`. */
export function startOf(path: string, most = 100): string {
  const file = openIfThere(path);
  if (file === undefined) return "";
  try {
    const start = Buffer.alloc(most);
    return start.toString("utf8", 0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** Opens a file to read; undefined if it is gone. Throws UsageError like `readText`. */
export function openIfThere(path: string): number | undefined {
  try {
    regularStat(path, path);
    return openSync(path, "r");
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
  const stat = statSync(path);
  if (stat.isFile()) return stat;
  const kind = stat.isDirectory() ? "a folder" : "a device, pipe or socket";
  throw new UsageError(`${source}: can't be read: it is ${kind}, not a file`);
}
