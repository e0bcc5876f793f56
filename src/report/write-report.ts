import { accessSync, closeSync, constants, existsSync, openSync, readSync, statSync } from "node:fs";
import { dirname } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { SIGNATURE } from "./html-page.ts";

/** Throws UsageError, before anything is computed, if `file` can't be written or holds something else than a report. */
export function checkReportFile(file: string, { overwrite }: { overwrite: boolean }): void {
  accessing(file, "written", () => accessSync(dirname(file), constants.W_OK | constants.X_OK));
  if (!existsSync(file)) return;
  if (statSync(file).isDirectory()) throw new UsageError(`${file} is a folder; give a file with -o`);
  if (overwrite || isReport(file)) return;
  throw new UsageError(`${file} exists and is not a report of mmoe; give another -o, or --overwrite`);
}

function isReport(file: string): boolean {
  const start = Buffer.alloc(SIGNATURE.length);
  return accessing(file, "read", () => {
    const opened = openSync(file, "r");
    try {
      readSync(opened, start);
    } finally {
      closeSync(opened);
    }
    return start.toString("latin1") === SIGNATURE;
  });
}

/** Writes the file completely or not at all. */
export function writeReport(file: string, text: string): void {
  accessing(file, "written", () => writeFileAtomic.sync(file, text));
}

function accessing<T>(file: string, how: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file}: can't be ${how}: ${systemReason(error)}; give another -o`);
  }
}
