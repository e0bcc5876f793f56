import { lstatSync, readdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { isPartial, startOf } from "../files.ts";
import { isJournal } from "./journal-file.ts";
import { journalPaths } from "./read-journals.ts";

/** Begins every report. */
export const REPORT_SIGNATURE = '<!doctype html>\n<html lang="en" data-mmoe-report="1">\n';

const BESIDE_JOURNAL = /\.(provenance|progress)\.json$/;

/** Removes journals and the files beside them, except locks. */
export function removeJournals(folder: string): void {
  for (const path of journalPaths(folder).filter(isJournal)) unlinkSync(path);
  removeFiles(folder, (name) => BESIDE_JOURNAL.test(name) || isPartial(name));
}

/** Removes a report, and no other page. */
export function removeReport(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() && isReport(file)) unlinkSync(file);
}

/** Whether a file begins as a report does. */
export function isReport(file: string): boolean {
  return startOf(file, REPORT_SIGNATURE.length) === REPORT_SIGNATURE;
}

/** Removes files of a folder; folders of such a name are not ours. */
export function removeFiles(folder: string, isOurs: (name: string) => boolean): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() && isOurs(entry.name)) unlinkSync(join(folder, entry.name));
  }
}
