import { closeSync, lstatSync, readdirSync, readSync, rmdirSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { GRID_KEYS } from "../config/schema.ts";
import { openIfThere } from "../regular-file.ts";
import { isPartial } from "../write-whole.ts";

/** Begins every report. */
export const REPORT_SIGNATURE = '<!doctype html>\n<html lang="en" data-mmoe-report="1">\n';

/** The name of a figure's file: the figure, chosen values, its options that are not the default, and its format. */
const FIGURE_FILE = new RegExp(
  [
    "^(figure[2-5]|final-loss|differences|distributions|runs|train-heldout|task-losses|verdicts|cost|seesaw|grid|gate-distance|gate-weights|conflict|alignment)",
    `(-(${GRID_KEYS.join("|")})=[\\w.+-]+?)*`,
    "(-(heldout|running|median|log|paper|dark|print))*",
    "(-(of|at|without)-[\\w.-]+)?", // models, correlations
    "\\.(svg|png|pdf|csv|txt)$",
  ].join(""),
);

const JOURNAL_FILE = /\.(jsonl|jsonl\.gz|(provenance|progress)\.json)$/;

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
  removeFiles(folder, (name) => JOURNAL_FILE.test(name) || isPartial(name));
}

/** Removes a report, and no other page. */
export function removeReport(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() && isReport(file)) unlinkSync(file);
}

/** Whether a file begins as a report does. */
export function isReport(file: string): boolean {
  const start = Buffer.alloc(REPORT_SIGNATURE.length);
  const opened = openIfThere(file);
  if (opened === undefined) return false;
  try {
    readSync(opened, start);
  } finally {
    closeSync(opened);
  }
  return start.toString("latin1") === REPORT_SIGNATURE;
}

/** Folders of such a name are not ours. */
function removeFiles(folder: string, isOurs: (name: string) => boolean): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() && isOurs(entry.name)) unlinkSync(join(folder, entry.name));
  }
}
