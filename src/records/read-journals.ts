import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { isSystemError, UsageError } from "../errors.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { JOURNAL_SCHEMA } from "./fields.ts";
import { elapsedMsIn, headIn, type RecordHead, recordIn } from "./journal-line.ts";
import type { RunRecord } from "./record.ts";

type Warn = (line: string) => void;

/** Bytes that are read at once. */
const CHUNK = 2 ** 20;
/** Points of curves that are read before others may work again: some 10 ms. */
const BREATH = 10_000;

/** A sweep's journals in `folder`, also compressed ones. */
export function journalPaths(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((name) => /\.jsonl(\.gz)?$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

/**
 * How each run in the journals of `folder` ended. `warn` is called for lines that are not records; they are left out.
 */
export function readHeads(folder: string, warn: Warn): Map<string, RecordHead> {
  const ended = new Map<string, RecordHead>();
  for (const path of journalPaths(folder)) for (const head of readJournalHeads(path, warn)) keepBetter(ended, head);
  return ended;
}

/** How each run in one journal ended, in a hundredth of the time of `readJournal`. */
export function readJournalHeads(path: string, warn: Warn): Generator<RecordHead> {
  return linesOf(path, headIn, warn);
}

interface ReadOptions {
  readonly warn: Warn;
  readonly signal?: AbortSignal;
}

/**
 * The records in the journals of `folder`, by run, then correlation, then model. There may be many, so others may work
 * in between, and `signal` ends it with an error.
 */
export async function readRecords(folder: string, { warn, signal }: ReadOptions): Promise<RunRecord[]> {
  const ended = new Map<string, RunRecord>();
  const shared = sharedSteps();
  let points = 0;
  for (const path of journalPaths(folder)) {
    for (const record of readJournal(path, warn)) {
      keepBetter(ended, shared(record));
      points += 1 + record.curve.steps.length;
      if (points < BREATH) continue;
      points = 0;
      await setImmediate();
      signal?.throwIfAborted();
    }
  }
  return [...ended.values()].sort(byRun);
}

/**
 * The records of one journal, or those of the runs `wanted`. A last line that a crash cut off is dropped silently: its
 * run had not ended.
 */
export function readJournal(path: string, warn: Warn, wanted?: ReadonlySet<string>): Generator<RunRecord> {
  if (wanted === undefined) return linesOf(path, recordIn, warn);
  const read = (line: Buffer) => {
    const head = headIn(line);
    return head && !wanted.has(head.id) ? PASS_OVER : recordIn(line);
  };
  return linesOf(path, read, warn);
}

/** Returned for a line that is a record, but not a wanted one. */
const PASS_OVER = Symbol("pass over");

/** Records in one journal, and the milliseconds that their runs took, added up. */
export function journalTotals(path: string): { runs: number; busyMs: number } {
  const totals = { runs: 0, busyMs: 0 };
  for (const elapsedMs of linesOf(path, elapsedMsIn, () => {})) {
    totals.runs++;
    totals.busyMs += elapsedMs;
  }
  return totals;
}

/** Keeps the first successful end of a run that ended more than once. */
function keepBetter<T extends RecordHead>(ended: Map<string, T>, one: T): void {
  if (ended.get(one.id)?.status !== "done") ended.set(one.id, one);
}

/** Most curves of a sweep have the same steps: one array is kept for successive ones. */
function sharedSteps(): (record: RunRecord) => RunRecord {
  let last: readonly number[] = [];
  return (record) => {
    const { steps } = record.curve;
    if (steps.length === last.length && steps.every((step, i) => step === last[i]))
      return { ...record, curve: { ...record.curve, steps: last } };
    last = steps;
    return record;
  };
}

/** An order that depends only on the runs themselves, so results are the same however they were computed. */
function byRun(a: RunRecord, b: RunRecord): number {
  const place = ({ model }: RunRecord) => (MODEL_NAMES as string[]).indexOf(model);
  return a.run - b.run || a.correlation - b.correlation || place(a) - place(b);
}

function* linesOf<T>(path: string, read: (line: Buffer) => T | typeof PASS_OVER | undefined, warn: Warn): Generator<T> {
  let number = 0;
  for (const line of completeLines(path)) {
    if (++number === 1) {
      checkHeader(line.toString(), path);
      continue;
    }
    const value = read(line);
    if (value === undefined) warn(`${path}:${number}: not a record; left out`);
    else if (value !== PASS_OVER) yield value;
  }
}

/** Lines without their ends. After the last end there is nothing, or a line that a crash cut off. */
function* completeLines(path: string): Generator<Buffer> {
  let rest: Buffer = Buffer.of();
  for (const chunk of path.endsWith(".gz") ? [uncompressed(path)] : chunksOf(path)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
      yield bytes.subarray(start, end);
      start = end + 1;
    }
    rest = bytes.subarray(start);
  }
}

function uncompressed(path: string): Buffer {
  try {
    return gunzipSync(readFileSync(path));
  } catch (error) {
    throw new UsageError(`${path}: can't be uncompressed: ${(error as Error).message}; move the file away`);
  }
}

/** No bytes for a file that is gone: a process that ends without a run removes its journal. */
function* chunksOf(path: string): Generator<Buffer> {
  const file = openIfThere(path);
  if (file === undefined) return;
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSync(file, chunk);
      if (length === 0) return;
      yield chunk.subarray(0, length);
    }
  } finally {
    closeSync(file);
  }
}

/** Opens a file to read; undefined if it is gone. */
export function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function checkHeader(line: string, path: string): void {
  let schema: unknown;
  try {
    ({ schema } = JSON.parse(line) as { schema?: unknown });
  } catch {
    throw new UsageError(`${path}: not a journal: its first line is not a header; move the file away, or --overwrite`);
  }
  if (schema === JOURNAL_SCHEMA) return;
  throw new UsageError(
    `${path}: written by another mmoe (schema ${schema}, this one reads ${JOURNAL_SCHEMA}); give another --out`,
  );
}
