import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { differences, widened } from "../config/compare.ts";
import { type Config, trainedHash } from "../config/config.ts";
import { loadConfig } from "../config/load.ts";
import { configYaml } from "../config/write.ts";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { MODEL_NAMES } from "../models/zoo.ts";
import { curvesCsv, longCurvesCsv } from "./curves-csv.ts";
import { hasJournals, Journal, readJournals } from "./journal.ts";
import { Lock } from "./lock.ts";
import type { Provenance } from "./provenance.ts";
import type { RunRecord } from "./record.ts";
import { runsCsv } from "./runs-csv.ts";

const CSV_EVERY_MS = 30_000;
const GO_ON = "finished runs are kept, the same command goes on from them";

const CONFIG = "config.yaml";
const JOURNALS = "journal";
/** All that a sweep writes into its folder, and so all that --overwrite removes. */
const OURS = [CONFIG, JOURNALS, "runs.csv", "curves.csv", "curves-long.csv"];

/** The folder of one sweep's results: `results/<name>-<hash of what is trained>` unless the user names another. */
export function defaultFolder(config: Config): string {
  return join("results", `${config.name}-${trainedHash(config)}`);
}

/** What an earlier sweep left in a folder: its config and the records of its runs. */
export interface Found {
  readonly config: Config;
  readonly records: ReadonlyMap<string, RunRecord>;
}

interface FindOptions {
  /** Take the folder as if it were empty. */
  readonly overwrite?: boolean;
  /** Hears of lines that are no records. */
  readonly warn: (line: string) => void;
}

/**
 * What `path` holds of the sweep of `config`; undefined for a new folder. Throws UsageError, before anything is computed
 * or written, for a folder that can't be written to, holds something else, or a sweep of another config.
 */
export function findResults(path: string, config: Config, { overwrite = false, warn }: FindOptions): Found | undefined {
  const held = entriesOf(path);
  const foreign = held.find((entry) => !OURS.includes(entry) && !isLeftover(entry));
  if (foreign !== undefined) {
    throw new UsageError(`${path} holds '${foreign}', which no sweep wrote: it is left alone; give another --out`);
  }
  checkWritable(path);
  const begun = held.includes(CONFIG) || hasJournals(join(path, JOURNALS)); // not so if killed in its first moments
  if (!begun || overwrite) return undefined;

  const file = join(path, CONFIG);
  if (!existsSync(file)) throw new UsageError(`${path} has no ${CONFIG}; give another --out, or --overwrite`);
  const stored = loadConfig(file);
  const apart = differences(stored, config);
  if (apart.length > 0) {
    throw new UsageError(
      `${path} holds a sweep of another config (${apart.join("; ")}); give another --out, or --overwrite`,
    );
  }
  return { config: stored, records: readJournals(join(path, JOURNALS), warn) };
}

function checkWritable(path: string): void {
  const parent = nearestExisting(path);
  if (!statSync(parent).isDirectory()) throw new UsageError(`${path}: ${parent} is a file; give another --out`);
  writable(path, () => accessSync(parent, constants.W_OK | constants.X_OK));
}

interface FolderOptions {
  readonly provenance: Provenance;
  /** Also write every run's curve. */
  readonly long: boolean;
  /** What is there already and stays; undefined to begin anew. */
  readonly found: Found | undefined;
}

/** One sweep's results while it runs: a record is durable once added, the CSV files are never far behind. */
export class ResultsFolder {
  readonly path: string;
  readonly #long: boolean;
  readonly #lock: Lock;
  readonly #journal: Journal;
  readonly #records: Map<string, RunRecord>;
  #csvAt = performance.now();

  /** `path` must have passed `findResults`. Throws UsageError where another process is writing there. */
  constructor(path: string, config: Config, { provenance, long, found }: FolderOptions) {
    this.path = path;
    this.#long = long;
    this.#records = new Map(found?.records);
    const journals = join(path, JOURNALS);
    this.#lock = writable(path, () => {
      mkdirSync(journals, { recursive: true });
      return new Lock(journals);
    });
    this.#journal = writable(path, () => {
      for (const entry of readdirSync(path)) if (isLeftover(entry)) rmSync(join(path, entry));
      if (found === undefined) removeOld(path);
      writeFileAtomic.sync(join(path, CONFIG), configYaml(found ? widened(config, found.config) : config));
      return new Journal(journals, trainedHash(config), provenance);
    });
  }

  /** The records of all runs, of earlier sweeps too: by run, then correlation, then model. */
  get records(): RunRecord[] {
    return [...this.#records.values()].sort(byRun);
  }

  add(record: RunRecord): void {
    writable(this.path, () => this.#journal.append(record), GO_ON);
    this.#records.set(record.id, record);
    if (performance.now() - this.#csvAt > CSV_EVERY_MS) this.writeCsv();
  }

  /** Writes the CSV files of all records so far, each whole by an atomic rename. */
  writeCsv(): void {
    const { records } = this;
    writable(
      this.path,
      () => {
        writeFileAtomic.sync(join(this.path, "runs.csv"), runsCsv(records));
        writeFileAtomic.sync(join(this.path, "curves.csv"), curvesCsv(records));
        if (this.#long) writeFileAtomic.sync(join(this.path, "curves-long.csv"), longCurvesCsv(records));
      },
      GO_ON,
    );
    this.#csvAt = performance.now();
  }

  close(): void {
    writable(this.path, () => this.#journal.close(), GO_ON);
    this.#lock.release();
  }
}

/** An order that depends on nothing but the runs themselves: results come out the same however they were computed. */
function byRun(a: RunRecord, b: RunRecord): number {
  const place = ({ model }: RunRecord) => (MODEL_NAMES as string[]).indexOf(model);
  return a.run - b.run || a.correlation - b.correlation || place(a) - place(b);
}

/** What an atomic write left that was killed before its rename: the file's name and a number. */
function isLeftover(entry: string): boolean {
  return OURS.some((ours) => entry.startsWith(`${ours}.`));
}

/** Removes what an earlier sweep left, but not the lock that is held. */
function removeOld(path: string): void {
  for (const entry of OURS) if (entry !== JOURNALS) rmSync(join(path, entry), { force: true });
  const journals = join(path, JOURNALS);
  for (const entry of readdirSync(journals)) if (!entry.endsWith(".lock")) rmSync(join(journals, entry));
}

function entriesOf(path: string): string[] {
  return existsSync(path) && statSync(path).isDirectory() ? readdirSync(path) : [];
}

function nearestExisting(path: string): string {
  let at = resolve(path);
  while (!existsSync(at)) at = dirname(at);
  return at;
}

/** What `write` gives; UsageError, by the folder's name, where the operating system refuses it. */
function writable<T>(path: string, write: () => T, wayOut = "give another --out"): T {
  try {
    return write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${path}: can't be written: ${systemReason(error)}; ${wayOut}`);
  }
}
