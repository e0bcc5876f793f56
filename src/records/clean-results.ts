import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { GRID_KEYS } from "../config/schema.ts";
import { isPartial, startOf } from "../files.ts";
import { isJournal } from "./journal-file.ts";
import { journalPaths } from "./read-journals.ts";

/** Begins every report. */
export const REPORT_SIGNATURE = '<!doctype html>\n<html lang="en" data-mmoe-report="1">\n';

/** The name of a figure's file: the figure, chosen values, its options that are not the default, and its format. */
const FIGURE_FILE = new RegExp(
  [
    "^(figure[2-5]|final-loss|differences|distributions|runs|train-heldout|task-losses|verdicts|cost|seesaw|grid|metrics|metric-curves|calibration|gate-distance|gate-weights|conflict|alignment)",
    `(-(${GRID_KEYS.join("|")})=[\\w.+-]+?)*`,
    "(-(heldout|running|median|log|paper|sum|dark|print|letters|titled|font|[\\d.]*(x[\\d.]+)?pt|[xy]-?[\\de.+-]+))*",
    "(-(of|at|without)-[\\w.-]+)?", // models, correlations
    "\\.(svg|png|pdf|csv|txt)$",
  ].join(""),
);

const BESIDE_JOURNAL = /\.(provenance|progress)\.json$/;

/** Removes the files that mmoe wrote as figures, and the folder if it is empty then. A link is the user's. */
export function removeFigures(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  removeFiles(folder, isFigureFile);
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}

export function isFigureFile(name: string): boolean {
  return FIGURE_FILE.test(name);
}

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

/** Folders of such a name are not ours. */
function removeFiles(folder: string, isOurs: (name: string) => boolean): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() && isOurs(entry.name)) unlinkSync(join(folder, entry.name));
  }
}
