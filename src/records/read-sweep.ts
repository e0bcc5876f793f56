import { setImmediate } from "node:timers/promises";
import { UsageError } from "../errors.ts";
import { byCorrelation, comparePoints, compareValues } from "../identity/cell.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { numberOf } from "../units.ts";
import { type LineOptions, linesOf } from "./journal-file.ts";
import { headIn, numbersOf, type RecordHead, type RunNumbers, sameNumbers } from "./journal-line.ts";
import { journalPaths, readJournal, readJournalOf } from "./read-journals.ts";
import type { RunRecord } from "./record.ts";
import { withStoredCurve } from "./stored-curve.ts";

interface ReadOptions extends LineOptions {
  readonly trained: string;
}

/** Losses of curves that are kept in memory, 32 MB; further curves stay in their journals. */
export const MOST_KEPT = 4_000_000;

interface ReadRecordsOptions extends ReadOptions {
  readonly signal?: AbortSignal;
  readonly mostKept?: number;
}

/** Points of curves that are read before others may work again: some 10 ms. */
const BREATH = 10_000;

/**
 * How each run in the journals of `folder` ended. Throws UsageError if a run was done twice with different results,
 * as `readRecords` does.
 */
export function readHeads(folder: string, options: ReadOptions): Map<string, RecordHead> {
  const paths = journalPaths(folder);
  const { ended, doneTwice } = endsIn(paths, options);
  checkSame(paths, doneTwice);
  return ended;
}

/**
 * How many times the journals at `paths` have a run done again, with the same results; UsageError for different ones.
 */
export function checkAgreement(paths: readonly string[], options: ReadOptions): number {
  return checkSame(paths, endsIn(paths, options).doneTwice);
}

function endsIn(paths: readonly string[], options: ReadOptions) {
  const [ended, doneTwice] = [new Map<string, RecordHead>(), new Set<string>()];
  for (const path of paths) for (const head of linesOf(path, headIn, options)) keepBetter(ended, head, doneTwice);
  return { ended, doneTwice };
}

/**
 * The records in the journals of `folder`, by run, then correlation, model and grid point. There may be many: others may
 * work in between, and `signal` ends it with an error.
 */
export async function readRecords(
  folder: string,
  { trained, warn, signal, mostKept = MOST_KEPT }: ReadRecordsOptions,
): Promise<RunRecord[]> {
  const [ended, doneTwice] = [new Map<string, RunRecord>(), new Set<string>()];
  let [points, room] = [0, mostKept];
  const paths = journalPaths(folder);
  for (const path of paths) {
    for (const { record, place } of readJournalOf(path, trained, warn)) {
      const losses = 2 * record.curve.train.length;
      const isKept = place === undefined || losses === 0 || losses <= room;
      if (isKept) room -= losses;
      const lasting = isKept ? record : withStoredCurve(record, place);
      keepBetter(ended, lasting, doneTwice);
      points += 1 + record.curve.steps.length;
      if (points < BREATH) continue;
      points = 0;
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  checkSame(paths, doneTwice);
  return [...ended.values()].sort(byRun);
}

/** Keeps the first successful end of a run that ended more than once. */
function keepBetter<T extends RecordHead>(ended: Map<string, T>, one: T, doneTwice: Set<string>): void {
  if (ended.get(one.id)?.status !== "done") ended.set(one.id, one);
  else if (one.status === "done") doneTwice.add(one.id);
}

/** An order that depends only on the runs themselves, so results are the same however they were computed. */
function byRun(a: RunRecord, b: RunRecord): number {
  return a.run - b.run || byCorrelation(a, b) || byModel(a, b) || comparePoints(a.point, b.point);
}

/** The zoo's models in its order, then others by their names. */
function byModel(a: RunRecord, b: RunRecord): number {
  const place = ({ model }: RunRecord) => (MODEL_NAMES as string[]).indexOf(model) >>> 0; // -1 comes last
  return place(a) - place(b) || compareValues(a.model, b.model);
}

/** Most conflicts that an error names. */
const NAMED = 3;

/**
 * Throws UsageError, naming runs, if the journals at `paths` have different results for one of the runs `doneTwice`.
 * What may differ is who computed it and how long that took. Returns how many times a run was done again, in agreement.
 */
function checkSame(paths: readonly string[], doneTwice: ReadonlySet<string>): number {
  if (doneTwice.size === 0) return 0;
  const first = new Map<string, { path: string; numbers: RunNumbers }>();
  const conflicts: string[] = [];
  let repeated = 0;
  for (const path of paths) {
    for (const record of readJournal(path, () => {}, doneTwice)) {
      if (record.status === "failed") continue;
      const numbers = numbersOf(record);
      const before = first.get(record.id);
      if (before === undefined) first.set(record.id, { path, numbers });
      else if (sameNumbers(before.numbers, numbers)) repeated++;
      else conflicts.push(`${record.id} (${before.path}, ${path})`);
    }
  }
  if (conflicts.length === 0) return repeated;
  const more = conflicts.length > NAMED ? ` and ${conflicts.length - NAMED} more` : "";
  throw new UsageError(
    `${numberOf(conflicts.length, "run")} came out differently: ${conflicts.slice(0, NAMED).join(", ")}${more}; leave one of each out`,
  );
}
