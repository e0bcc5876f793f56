import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { reading } from "../files.ts";
import { JOURNAL_ENDS, linesOf, PASS_OVER } from "./journal-file.ts";
import { elapsedMsIn, headIn, recordIn } from "./journal-line.ts";
import type { RunRecord } from "./record.ts";
import type { LinePlace } from "./stored-curve.ts";

type Warn = (line: string) => void;

/** A sweep's journals in `folder`, also compressed ones. Folders and hidden files are never journals. */
export function journalPaths(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = reading(folder, () => readdirSync(folder, { withFileTypes: true }));
  const journals = entries.filter((entry) => !entry.isDirectory() && isNamedJournal(entry.name));
  return journals.map(({ name }) => join(folder, name)).sort();
}

function isNamedJournal(name: string): boolean {
  return !name.startsWith(".") && JOURNAL_ENDS.some((end) => name.endsWith(end) && name !== end);
}

/** A record, and where it is; not in a compressed journal. */
interface PlacedRecord {
  readonly record: RunRecord;
  readonly place?: LinePlace;
}

/** The records of one journal of the sweep `trained`. */
export function readJournalOf(path: string, trained: string, warn: Warn): Generator<PlacedRecord> {
  const read = (line: Buffer, offset: number | undefined): PlacedRecord | undefined => {
    const record = recordIn(line);
    return record && { record, ...(offset !== undefined && { place: { path, offset, bytes: line.length } }) };
  };
  return linesOf(path, read, { warn, trained });
}

/**
 * The records of one journal of any sweep, or those of the runs `wanted`. `warn` is called for lines that are not
 * records; they are left out. A last line that a crash cut off is dropped silently: its run had not ended.
 */
export function readJournal(path: string, warn: Warn, wanted?: ReadonlySet<string>): Generator<RunRecord> {
  if (wanted === undefined) return linesOf(path, recordIn, { warn });
  const read = (line: Buffer) => {
    const head = headIn(line);
    return head && !wanted.has(head.id) ? PASS_OVER : recordIn(line);
  };
  return linesOf(path, read, { warn });
}

/** Records in one journal, and the milliseconds that their runs took, added up. */
export function journalTotals(path: string): { runs: number; busyMs: number } {
  const totals = { runs: 0, busyMs: 0 };
  for (const elapsedMs of linesOf(path, elapsedMsIn, { warn: () => {} })) {
    totals.runs++;
    totals.busyMs += elapsedMs;
  }
  return totals;
}
