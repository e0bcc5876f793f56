import { closeSync, fstatSync, linkSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Config, trainedHash } from "../config/config.ts";
import { widened } from "../config/same-sweep.ts";
import { configYaml } from "../config/write.ts";
import { UsageError } from "../errors.ts";
import { isLitter, isPartial, makeFolder, openIfThere, partialPath, writeWholeSync } from "../files.ts";
import { checkpointNames, removeCheckpoints } from "./checkpoints.ts";
import { removeJournals, removeReport } from "./clean-results.ts";
import { writeCsvFiles } from "./csv-files.ts";
import {
  CHECKPOINTS,
  CONFIG,
  CSV_FILES,
  heldConfig,
  isLeftover,
  JOURNALS,
  REPORT,
  RESUMES,
  unwritable,
  writable,
} from "./find-results.ts";
import { Journal } from "./journal.ts";
import { removeKeptArrays } from "./kept-arrays.ts";
import type { Provenance } from "./provenance.ts";
import { journalPaths } from "./read-journals.ts";
import { readRecords } from "./read-sweep.ts";
import type { RunRecord } from "./record.ts";
import type { RunObserver } from "./run-observer.ts";
import { Lock, type Shard } from "./writer-lock.ts";
import { provenancesIn, removeDeadProgress } from "./writers.ts";

const CSV_EVERY_MS = 30_000;
/** Writing CSV takes at most this share of a sweep's time, however many runs there are. */
const CSV_SHARE = 0.05;
/** An unfinished file of another machine that is older than this was left by a process that was killed. */
const LEFT_MS = 3_600_000;

interface FolderOptions {
  readonly provenance: Provenance;
  /** Also write every run's curve. */
  readonly long: boolean;
  /** Start from scratch: remove what is there already. */
  readonly overwrite: boolean;
  /** The part of the sweep that this process trains; null for the complete sweep. */
  readonly shard: Shard | null;
}

/**
 * One sweep's results while it runs: a record is written once this was told of it; the CSV files, which are derived from all
 * processes' journals, are never far behind.
 */
export class ResultsFolder implements RunObserver {
  readonly #path: string;
  readonly #trained: string;
  readonly #long: boolean;
  readonly #labels: readonly string[] | undefined;
  readonly #lock: Lock;
  readonly #journal: Journal;
  readonly #refreshing = new AbortController();
  #refreshed = Promise.resolve();
  #csvDue = performance.now() + CSV_EVERY_MS;
  #failure: unknown;

  /** `path` must have passed `findResults`. Throws UsageError if another process is writing there. */
  constructor(path: string, config: Config, { provenance, long, overwrite, shard }: FolderOptions) {
    this.#path = path;
    this.#trained = trainedHash(config);
    this.#long = long;
    this.#labels = config.rows?.labels;
    const journals = join(path, JOURNALS);
    this.#lock = writable(path, () => {
      makeFolder(journals);
      return new Lock(journals, shard);
    });
    try {
      this.#journal = writable(path, () => {
        removeLeftovers(path);
        if (overwrite) removeOld(path);
        writeConfig(path, config);
        return new Journal(journals, this.#trained, provenance);
      });
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  /** The path of this process's journal, without its ending. */
  get journalName(): string {
    return this.#journal.name;
  }

  result(record: RunRecord): void {
    if (this.#failure !== undefined) throw this.#failure;
    this.#keep(() => this.#journal.append(record));
    if (performance.now() > this.#csvDue) this.#refreshed = this.#refresh();
  }

  /**
   * Ends the journal, writes the CSV files, each replaced at once by a rename, and returns the records of all journals.
   * If `signal` aborts before that, returns undefined and leaves the files as they were.
   *
   * Several processes may end at about the same time. The last to write leaves complete files: a process that read
   * before another ended, and so may have replaced its files by older ones, sees that end and writes again.
   */
  async finish(signal?: AbortSignal): Promise<RunRecord[] | undefined> {
    this.#refreshing.abort(); // its files are written here
    await this.#refreshed;
    this.#keep(() => this.#journal.close());
    const journals = join(this.#path, JOURNALS);
    for (;;) {
      const sizes = journalSizes(journals);
      const records = await this.#writeCsv(signal);
      if (records === undefined || !grownByEnded(journals, sizes)) return records;
    }
  }

  close(): void {
    try {
      writable(this.#path, () => this.#journal.close(), RESUMES);
    } finally {
      this.#lock.release();
    }
  }

  /** Writes the CSV files while runs go on; a failure is reported at the next record. */
  async #refresh(): Promise<void> {
    this.#csvDue = Number.POSITIVE_INFINITY;
    const start = performance.now();
    try {
      await this.#writeCsv(this.#refreshing.signal);
    } catch (error) {
      this.#failure = error;
    }
    const now = performance.now();
    this.#csvDue = now + Math.max(CSV_EVERY_MS, (now - start) / CSV_SHARE);
  }

  async #writeCsv(signal?: AbortSignal): Promise<RunRecord[] | undefined> {
    try {
      const options = { trained: this.#trained, warn: () => {}, ...(signal && { signal }) };
      const records = await readRecords(join(this.#path, JOURNALS), options);
      await writeCsvFiles(this.#path, records, { long: this.#long, labels: this.#labels, ...(signal && { signal }) });
      return records;
    } catch (error) {
      if (signal?.aborted) return undefined;
      throw this.#failed(error);
    }
  }

  /** Throws UsageError if `write` can't keep what it writes. */
  #keep(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw this.#failed(error);
    }
    if (this.#journal.removed !== undefined) throw this.#failed(undefined);
  }

  #failed(error: unknown): unknown {
    const { removed } = this.#journal;
    if (removed === undefined) return unwritable(this.#path, error, RESUMES);
    return new UsageError(
      `${removed}: removed or moved away while the sweep wrote there; its runs are lost, the same command trains them again`,
    );
  }
}

/**
 * Puts the config into a folder without one, or widens what is there: other processes may begin at the same moment.
 * Throws UsageError if a process of another sweep was quicker. Writes only changes: a file that
 * says the same in other words is left as it is.
 */
function writeConfig(path: string, config: Config): void {
  const file = join(path, CONFIG);
  if (heldConfig(path, config) === undefined && create(file, configYaml(config, path))) return;
  const held = heldConfig(path, config) ?? config;
  const text = configYaml(widened(config, held), path);
  if (configYaml(held, path) === text) return;
  writeWholeSync(file, text);
}

/** Creates `file` completely, and returns true, unless it was there. */
function create(file: string, text: string): boolean {
  const unfinished = partialPath(file);
  try {
    writeFileSync(unfinished, text, { flush: true });
    return isNew(() => linkSync(unfinished, file));
  } catch (error) {
    if (!NO_LINKS.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
    return isNew(() => writeFileSync(file, text, { flag: "wx", flush: true })); // others may see a part of it
  } finally {
    rmSync(unfinished, { force: true });
  }
}

/** Error codes of a file system without hard links. */
const NO_LINKS = ["EPERM", "ENOSYS", "ENOTSUP", "EOPNOTSUPP"];

function isNew(make: () => void): boolean {
  try {
    make();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Removes the unfinished files of killed processes. For those of this machine, the wall clock does not count: it may
 * jump.
 */
function removeLeftovers(path: string): void {
  const journals = join(path, JOURNALS);
  const now = statSync(journals).mtimeMs; // by the file system's clock: the lock was just made there
  const unfinished = [
    ...readdirSync(path).filter(isLeftover),
    ...readdirSync(journals)
      .filter(isPartial)
      .map((name) => join(JOURNALS, name)),
    ...checkpointNames(path)
      .filter(isPartial)
      .map((name) => join(CHECKPOINTS, name)),
  ];
  removeDeadProgress(journals);
  for (const entry of unfinished) {
    const file = join(path, entry);
    const written = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? now; // gone: renamed by its writer
    if (isLitter(entry) ?? now - written > LEFT_MS) rmSync(file, { force: true });
  }
}

/** Removes the files that mmoe wrote for an earlier sweep, except the locks and the figures, whose names are not known here. */
function removeOld(path: string): void {
  for (const name of [CONFIG, ...CSV_FILES]) rmSync(join(path, name), { force: true });
  removeJournals(join(path, JOURNALS));
  removeCheckpoints(path);
  removeReport(join(path, REPORT));
  removeKeptArrays(path);
}

/** Bytes of each journal in `folder`, by the journal's name. */
export function journalSizes(folder: string): Map<string, number> {
  return new Map(journalPaths(folder).map((path) => [basename(path).split(".jsonl")[0], sizeOf(path)]));
}

/**
 * Whether a process that has ended left more in its journal than `before`, the sizes at an earlier time. One that still
 * trains does not count: it writes the CSV files after its end.
 */
function grownByEnded(folder: string, before: ReadonlyMap<string, number>): boolean {
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
