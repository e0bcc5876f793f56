// Packed tables in files beside the results: a later start takes a table from there, which is quicker than to read it again.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, rmSync, statfsSync, statSync, utimesSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { areDrawn, sideColumns, type TableReading } from "../data/table.ts";
import { UsageError } from "../errors.ts";
import { isLitter, isPartial, makeFolder, shownPath, writeWhole, writeWholeSync } from "../files.ts";
import { tellLine } from "../long-work.ts";
import { isSystemError, systemReason } from "../system-errors.ts";
import { megabytes } from "../units.ts";
import { version } from "../version.ts";
import { withFile } from "./byte-source.ts";
import { type Columns, type NamedColumns, tableColumns } from "./columns.ts";
import { packedPieces, unpacked } from "./packed-file.ts";
import type { TableRows } from "./table-builder.ts";

/** Cells of fewer bytes are not kept: their table is read in about two seconds. */
export const LEAST_KEPT = 50_000_000;

const FILE = /\.table$/;
/** A table that nothing has used for this long is removed. */
const UNUSED_MS = 30 * 86_400_000;
/** On another machine, nobody still writes an unfinished file that has not grown for this long. */
const LEFT_MS = 600_000;

let folder = join("results", ".tables");

/** From now on, tables are kept beside the results folder `out`; before, in `results`. */
export function keepTablesBeside(out: string): void {
  folder = join(dirname(resolve(out)), ".tables");
}

/** What is asked of a table: all that decides how it is packed. */
export interface AskedTable {
  /** Its name in errors. */
  readonly source: string;
  /** The hash of its bytes, which are read for it. */
  readonly sha256: () => string;
  readonly chosen: NamedColumns | undefined;
  readonly how: TableReading | undefined;
}

function keyOf({ inputs, labels }: Columns, { sha256, how = {} }: AskedTable): string {
  const { categorical = [], na = [], lists = [], minCount, split, parts, metricsBy, weight, funnel, hash } = how;
  const all = JSON.stringify([
    version,
    sha256(),
    inputs,
    labels,
    categorical,
    na,
    lists,
    split === "run",
    parts,
    minCount,
    metricsBy,
    weight,
    funnel,
    hash,
    areDrawn(how),
  ]);
  return createHash("sha256").update(all).digest("hex");
}

function pathOf(key: string): string {
  return join(folder, `${key.slice(0, 32)}.table`);
}

/** Tables that were read from files of their own, by their ids. */
const read = new Map<number | undefined, ReadTable>();

interface ReadTable {
  readonly table: TableRows;
  readonly key: string;
  /** Its name in errors. */
  readonly source: string;
}

/**
 * The table with a header as an earlier start kept it, or else as `readTable` gives it: nothing asks for the file's hash before, so that
 * it may take it meanwhile.
 */
export function keptOr(
  header: readonly string[],
  asked: AskedTable,
  readTable: (meanwhile?: () => void) => TableRows,
): TableRows {
  const columns = columnsIn(header, asked);
  if (columns === undefined) return readTable();
  const isHashed = keepsTables();
  const kept = isHashed ? keptTable(keyOf(columns, asked), asked.source) : undefined;
  if (kept) return { ...kept, areChosen: columns.areChosen };
  const table = readTable(isHashed ? undefined : asked.sha256);
  read.set(table.values.id, { table, key: keyOf(columns, asked), source: asked.source });
  return table;
}

function keepsTables(): boolean {
  try {
    return readdirSync(folder).some((name) => FILE.test(name));
  } catch (error) {
    if (isSystemError(error)) return false;
    throw error;
  }
}

/** Undefined if they are wrong: whoever reads the table says so. */
function columnsIn(header: readonly string[], { source, chosen, how }: AskedTable): Columns | undefined {
  try {
    return tableColumns(header, source, chosen, sideColumns(how ?? {}));
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}

function keptTable(key: string, source: string): TableRows | undefined {
  const path = pathOf(key);
  if (!existsSync(path)) return undefined;
  const name = shownPath(path);
  try {
    const table = withFile(path, name, (bytes) => unpacked(bytes, key, source));
    tellLine(`${source}: taken from ${name}, where an earlier start left it packed`);
    touch(path);
    return table;
  } catch (error) {
    tellLine(`${name}: not used: ${(error as Error).message}; reading ${source} again`);
    return undefined;
  }
}

/** Notes that a file was taken, where that is allowed. */
function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date());
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

interface KeepOptions {
  /** When it aborts, nothing is kept, and nothing half-written left. */
  readonly signal?: AbortSignal | undefined;
  readonly note: (line: string) => void;
  readonly least?: number;
}

/** Keeps the large ones of the tables with these ids for later starts. Where it can't, it says so, and that is all. */
export async function keepTables(
  ids: ReadonlySet<number | undefined>,
  { signal, note, least = LEAST_KEPT }: KeepOptions,
): Promise<void> {
  for (const id of ids) {
    const own = read.get(id);
    if (own === undefined || own.table.values.cells.words.byteLength < least) continue;
    read.delete(id);
    const reason = await keep(own, signal).catch((error: Error) => {
      if (signal?.aborted) return undefined;
      if (isSystemError(error)) return systemReason(error);
      throw error;
    });
    if (reason) note(`${own.source}: not kept packed in ${shownPath(folder)} for the next start: ${reason}`);
  }
}

/** Writes the file of a table; or says why not. */
async function keep({ table, key, source }: ReadTable, signal: AbortSignal | undefined): Promise<string | undefined> {
  makeFolder(folder);
  if (!existsSync(join(folder, IGNORED))) writeWholeSync(join(folder, IGNORED), ABOUT);
  removeOld();
  const path = pathOf(key);
  const isBegun = readdirSync(folder).some((name) => name.startsWith(`${basename(path)}.`));
  if (isBegun) return undefined; // by another process
  const { bavail, bsize } = statfsSync(folder);
  const bytes = table.values.cells.words.byteLength;
  if (bavail * bsize < LEAST_FREE * bytes)
    return `it takes ${megabytes(bytes)}, and the disk has only ${megabytes(bavail * bsize)} left`;
  await writeWhole(path, packedPieces(table, key, source), signal);
  return undefined;
}

/** The disk must have this many times the bytes of a table left: it is for results first. */
const LEAST_FREE = 3;

/** Nothing of the folder belongs into a repository. */
const IGNORED = ".gitignore";
const ABOUT = "# Tables that mmoe has read, packed for its next start. You may delete this folder at any time.\n*\n";

/** Removes tables that have not been used for long, and what killed processes left. */
function removeOld(): void {
  for (const name of readdirSync(folder)) {
    const age = Date.now() - (statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    const isOld = isPartial(name) ? (isLitter(name) ?? age > LEFT_MS) : FILE.test(name) && age > UNUSED_MS;
    if (isOld) rmSync(join(folder, name), { force: true });
  }
}
