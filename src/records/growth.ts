import { closeSync, fstatSync } from "node:fs";
import { basename } from "node:path";
import { openIfThere } from "../regular-file.ts";
import { journalPaths } from "./read-journals.ts";
import { provenancesIn } from "./writers.ts";

/** Bytes of each journal in `folder`, by the journal's name. */
export function journalSizes(folder: string): Map<string, number> {
  return new Map(journalPaths(folder).map((path) => [basename(path).split(".jsonl")[0], sizeOf(path)]));
}

/**
 * Whether a process that has ended left more in its journal than `before`, the sizes at an earlier time. One that still
 * trains does not count: it writes the CSV files after its end.
 */
export function grownByEnded(folder: string, before: ReadonlyMap<string, number>): boolean {
  const grown = [...journalSizes(folder)].filter(([name, size]) => size !== before.get(name));
  if (grown.length === 0) return false;
  const ended = provenancesIn(folder, () => {}).filter(({ provenance }) => provenance.end !== null);
  return grown.some(([name]) => ended.some((one) => one.name === name));
}

/** Network file systems update a file's size only when the file is opened. */
function sizeOf(path: string): number {
  const file = openIfThere(path);
  if (file === undefined) return 0;
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}
