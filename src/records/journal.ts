import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from "node:fs";
import type { RunRecord } from "./record.ts";

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

/** One process's journal: JSON lines, appended and flushed to disk as runs end. */
export class Journal {
  readonly #file: number;

  /** Creates the file; throws where it exists, as another process may be writing it. */
  constructor(path: string, header: JournalHeader) {
    this.#file = openSync(path, "ax");
    this.#write(header);
  }

  append(record: RunRecord): void {
    this.#write(record);
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(value: object): void {
    const line = Buffer.from(`${JSON.stringify(value)}\n`);
    for (let written = 0; written < line.length; ) written += writeSync(this.#file, line, written);
    fsyncSync(this.#file);
  }
}

/** The records of a journal; a last line torn by a crash is dropped. */
export function readJournal(path: string): RunRecord[] {
  const lines = readFileSync(path, "utf8").split("\n");
  const whole = lines.slice(1, -1); // without the header, and without what follows the last line's end
  return whole.map((line) => JSON.parse(line, nullIsNaN) as RunRecord);
}

/** JSON has no NaN: it writes null. A label correlation is NaN where a set has a single row. */
function nullIsNaN(key: string, value: unknown): unknown {
  return key === "labelCorrelation" && value === null ? Number.NaN : value;
}
