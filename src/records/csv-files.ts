import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { curvesCsv, longCurvesCsv } from "./curves-csv.ts";
import type { RunRecord } from "./record.ts";
import { runsCsv } from "./runs-csv.ts";

interface CsvOptions {
  /** Also every run's curve. */
  readonly long: boolean;
  /** When it aborts, files that are not complete stay as they were. */
  readonly signal?: AbortSignal;
}

/** Writes a results folder's CSV files, each replaced at once by a rename, and lets others work in between. */
export async function writeCsvFiles(
  path: string,
  records: readonly RunRecord[],
  { long, signal }: CsvOptions,
): Promise<void> {
  await replace(join(path, "runs.csv"), runsCsv(records), signal);
  await replace(join(path, "curves.csv"), curvesCsv(records), signal);
  if (long) await replace(join(path, "curves-long.csv"), longCurvesCsv(records), signal);
}

/**
 * Path of a file until it is complete. It names the host too: pods of a cluster share a folder, and process numbers.
 */
export function unfinishedPath(path: string): string {
  return `${path}.${hostname()}-${process.pid}`;
}

/** The process of this machine that writes an unfinished file; undefined for another machine's. */
export function writerOf(unfinished: string): number | undefined {
  const [, file, pid] = /^(.*)-(\d+)$/.exec(unfinished) ?? [];
  return file?.endsWith(`.${hostname()}`) ? Number(pid) : undefined;
}

/** Replaces the file `path` by one of `chunks`, or leaves it as it was. */
async function replace(path: string, chunks: Iterable<string>, signal?: AbortSignal): Promise<void> {
  const unfinished = unfinishedPath(path);
  const file = openSync(unfinished, "w");
  try {
    for (const chunk of chunks) {
      writeFileSync(file, chunk); // writes all of it; writeSync may write less
      await setImmediate();
      signal?.throwIfAborted();
    }
    fsyncSync(file);
    renameSync(unfinished, path);
  } finally {
    closeSync(file);
    rmSync(unfinished, { force: true });
  }
}
