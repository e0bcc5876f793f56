import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { thousands } from "../units.ts";

const EVERY_MS = 10_000;

interface Download {
  /** pip's temporary folder. */
  readonly folder: string;
  /** Approximate total size of the download. */
  readonly bytes: number;
  readonly onLine: (line: string) => void;
}

/**
 * Reports now and then how much has been downloaded, until the returned function is called; pip reports once per file.
 */
export function watchDownload({ folder, bytes, onLine }: Download): () => void {
  let before = 0;
  const timer = setInterval(() => {
    const now = downloadedBytes(folder);
    if (now > before) onLine(`  ${megabytes(now)} of about ${megabytes(bytes)} MB`);
    before = now;
  }, EVERY_MS);
  return () => clearInterval(timer);
}

/** pip fetches into `pip-unpack-...` and keeps the files there until all is installed. */
function downloadedBytes(folder: string): number {
  const folders = entriesOf(folder).filter((path) => /pip-unpack-\w+$/.test(path));
  const sizes = folders.flatMap(entriesOf).map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** No files if the folder has just been removed. */
function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function megabytes(bytes: number): string {
  return thousands(bytes / 1e6);
}
