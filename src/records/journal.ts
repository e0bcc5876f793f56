import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { UsageError } from "../errors.ts";
import type { Provenance } from "./provenance.ts";
import type { RunRecord } from "./record.ts";

/** Ends the name of the file beside a journal that says where its records come from. */
const PROVENANCE = ".provenance.json";

/** Raised when the meaning of a journal's line changes. */
export const JOURNAL_SCHEMA = 1;

/** A journal's first line. */
export interface JournalHeader {
  readonly schema: number;
  /** The mmoe version that wrote it. */
  readonly version: string;
  /** `trainedHash` of the config. */
  readonly trained: string;
}

/** One process's journal: JSON lines, appended and flushed to disk as runs end, and its provenance beside it. */
export class Journal {
  readonly #name: string;
  readonly #file: number;
  readonly #provenance: Provenance;

  /** Creates a file of its own in `folder`; its name says whose it is and orders nothing. */
  constructor(folder: string, trained: string, provenance: Provenance) {
    let name = join(folder, `${hostname()}-${process.pid}`);
    for (let i = 2; existsSync(`${name}.jsonl`); i++) name = join(folder, `${hostname()}-${process.pid}-${i}`);
    this.#name = name;
    this.#file = openSync(`${name}.jsonl`, "ax");
    this.#provenance = provenance;
    const header: JournalHeader = { schema: JOURNAL_SCHEMA, version: provenance.mmoe.version, trained };
    this.#write(header);
    this.#writeProvenance(null);
  }

  append(record: RunRecord): void {
    this.#write(record);
  }

  close(): void {
    closeSync(this.#file);
    this.#writeProvenance(new Date().toISOString());
  }

  #writeProvenance(end: string | null): void {
    writeFileAtomic.sync(`${this.#name}${PROVENANCE}`, `${JSON.stringify({ ...this.#provenance, end }, null, 2)}\n`);
  }

  #write(value: object): void {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    fsyncSync(this.#file);
  }
}

/** Records by id of all journals in `folder`. `warn` hears of lines that are no records: they are left out. */
export function readJournals(folder: string, warn: (line: string) => void): Map<string, RunRecord> {
  const records = new Map<string, RunRecord>();
  for (const name of journalNames(folder)) {
    for (const record of readJournal(join(folder, name), warn)) {
      if (records.get(record.id)?.status !== "done") records.set(record.id, record);
    }
  }
  return records;
}

/** Whether a sweep has begun to write in `folder`. */
export function hasJournals(folder: string): boolean {
  return journalNames(folder).length > 0;
}

function journalNames(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".jsonl"))
    .sort();
}

/** The records of one journal. A last line torn by a crash is dropped without a word: its run had not ended. */
export function readJournal(path: string, warn: (line: string) => void): RunRecord[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop(); // nothing behind the last line's end, or what a crash tore
  const [header, ...rest] = lines;
  if (header === undefined) return []; // torn in its first line
  checkHeader(header, path);
  return rest.flatMap((line, i) => {
    const record = parsed(line);
    if (record !== undefined) return [record];
    warn(`${path}:${i + 2}: not a record; left out`);
    return [];
  });
}

function checkHeader(line: string, path: string): void {
  let schema: unknown;
  try {
    ({ schema } = JSON.parse(line) as { schema?: unknown });
  } catch {
    throw new UsageError(`${path}: not a journal: its first line is no header; move the file away, or --overwrite`);
  }
  if (schema === JOURNAL_SCHEMA) return;
  throw new UsageError(
    `${path}: written by another mmoe (schema ${schema}, this one reads ${JOURNAL_SCHEMA}); give another --out`,
  );
}

function parsed(line: string): RunRecord | undefined {
  try {
    const record = JSON.parse(line, nullIsNaN) as Partial<RunRecord> | null;
    return record?.id !== undefined && record.curve !== undefined && record.status !== undefined
      ? (record as RunRecord)
      : undefined;
  } catch {
    return undefined;
  }
}

/** JSON has no NaN: it writes null. A label correlation is NaN where a set has a single row. */
function nullIsNaN(key: string, value: unknown): unknown {
  return key === "labelCorrelation" && value === null ? Number.NaN : value;
}
