import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { UsageError } from "../errors.ts";
import { isReport } from "../records/old-results.ts";
import { isSystemError, systemReason } from "../system-error.ts";
import { writeWholeSync } from "../write-whole.ts";

/** Throws UsageError, before anything is computed, if `file` can't be written or holds something else than a report. */
export function checkReportFile(file: string, { overwrite }: { overwrite: boolean }): void {
  accessing(file, "written", () => accessSync(dirname(file), constants.W_OK | constants.X_OK));
  if (!existsSync(file)) return;
  if (statSync(file).isDirectory()) throw new UsageError(`${file} is a folder; give a file with -o`);
  if (overwrite || accessing(file, "read", () => isReport(file))) return;
  throw new UsageError(`${file} exists and is not a report of mmoe; give another -o, or --overwrite`);
}

/** Writes the file completely or not at all. */
export function writeReport(file: string, text: string): void {
  accessing(file, "written", () => writeWholeSync(file, text));
}

function accessing<T>(file: string, how: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${file}: can't be ${how}: ${systemReason(error)}; give another -o`);
  }
}
