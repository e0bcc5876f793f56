import { closeSync, existsSync, fsync, fsyncSync, openSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import type { z } from "zod";
import { writeAll, writeWholeSync } from "../files.ts";
import { type HEADER_SCHEMA, JOURNAL_SCHEMA } from "./fields.ts";
import { lineOf } from "./journal-line.ts";
import type { Provenance } from "./provenance.ts";
import type { RunRecord } from "./record.ts";

/** Ending of the file beside a journal that holds its provenance. */
export const PROVENANCE = ".provenance.json";

/**
 * One process's journal: JSON lines, appended as runs end, and its provenance beside it. A line is written when `append` returns, and
 * flushed to the disk beside the training: if the machine itself dies, the runs of the last flush are trained again.
 */
export class Journal {
  /** The path of its files, without their endings. */
  readonly name: string;
  readonly #file: number;
  readonly #provenance: Provenance;
  #isEmpty = true;
  #isClosed = false;
  #isFlushing = false;
  /** Whether something was written since the last flush began. */
  #isDue = false;
  #failure: unknown;
  readonly #began = performance.now();

  /** Creates a file of its own in `folder`; its name says which process writes it, and has no order. */
  constructor(folder: string, trained: string, provenance: Provenance) {
    this.name = join(folder, unusedName(folder));
    this.#file = openSync(`${this.name}.jsonl`, "ax");
    this.#provenance = provenance;
    const header: z.input<typeof HEADER_SCHEMA> = { schema: JOURNAL_SCHEMA, version: provenance.mmoe.version, trained };
    this.#write(`${JSON.stringify(header)}\n`);
    this.#writeProvenance(null);
  }

  append(record: RunRecord): void {
    this.#isEmpty = false;
    this.#write(lineOf(record));
  }

  /** What was removed, or moved away, while it was written: a folder or the file. Records go nowhere then. */
  get removed(): string | undefined {
    const folder = dirname(this.name);
    const paths = [dirname(folder), folder, ...(this.#isEmpty ? [] : [`${this.name}.jsonl`])];
    return paths.find((path) => !existsSync(path));
  }

  /** Records that it has ended; removes a journal without a run. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#isEmpty) for (const end of [".jsonl", PROVENANCE]) rmSync(this.name + end, { force: true });
    else if (this.removed === undefined) this.#writeProvenance(this.#now());
  }

  /** ISO time, counted from the start, since a wall clock may jump meanwhile. */
  #now(): string {
    const ms = Date.parse(this.#provenance.start) + performance.now() - this.#began;
    return new Date(ms).toISOString();
  }

  #writeProvenance(end: string | null): void {
    writeWholeSync(`${this.name}${PROVENANCE}`, `${JSON.stringify({ ...this.#provenance, end }, null, 2)}\n`);
  }

  /** Throws what the disk refused, of this text or of an earlier one. */
  #write(text: string): void {
    if (this.#failure !== undefined) throw this.#failure;
    writeAll(this.#file, text);
    this.#isDue = true;
    this.#flush();
  }

  /** One flush at a time; the next one takes all that was written meanwhile. */
  #flush(): void {
    if (this.#isFlushing || !this.#isDue || this.#isClosed) return;
    this.#isFlushing = true;
    this.#isDue = false;
    fsync(this.#file, (error) => {
      this.#isFlushing = false;
      this.#failure ??= error ?? undefined;
      this.#flush();
    });
  }
}

/** A journal name for this process that no earlier process with its number and no compressed journal has here. */
function unusedName(folder: string): string {
  const owner = `${hostname()}-${process.pid}`;
  const used = new Set(readdirSync(folder).map((file) => file.split(".jsonl")[0]));
  let name = owner;
  for (let i = 2; used.has(name); i++) name = `${owner}-${i}`;
  return name;
}
