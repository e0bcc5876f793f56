import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import writeFileAtomic from "write-file-atomic";
import { type Config, trainedHash } from "../config/config.ts";
import { configYaml } from "../config/write.ts";
import { isSystemError, systemReason, UsageError } from "../errors.ts";
import { curvesCsv, longCurvesCsv } from "./curves-csv.ts";
import { JOURNAL_SCHEMA, Journal } from "./journal.ts";
import type { RunRecord } from "./record.ts";
import { runsCsv } from "./runs-csv.ts";

const CSV_EVERY_MS = 30_000;

/** All that a sweep writes into its folder, and so all that --overwrite removes. */
const OURS = ["config.yaml", "journal", "runs.csv", "curves.csv", "curves-long.csv"];

/** The folder of one sweep's results: `results/<name>-<hash of what is trained>` unless the user names another. */
export function defaultFolder(config: Config): string {
  return join("results", `${config.name}-${trainedHash(config)}`);
}

/** Throws UsageError, before anything is computed, for a folder that results can't be written to. */
export function checkFolder(path: string, { overwrite = false } = {}): void {
  const held = entriesOf(path);
  if (held.length > 0 && !overwrite) {
    throw new UsageError(`${path} exists and is not empty; give another --out, or --overwrite`);
  }
  const foreign = held.find((entry) => !OURS.includes(entry));
  if (foreign !== undefined) {
    throw new UsageError(`${path} holds '${foreign}', which no sweep wrote: it is not overwritten; give another --out`);
  }
  const parent = nearestExisting(path);
  if (!statSync(parent).isDirectory()) throw new UsageError(`${path}: ${parent} is a file; give another --out`);
  writable(path, () => accessSync(parent, constants.W_OK | constants.X_OK));
}

interface FolderOptions {
  /** This mmoe's version. */
  readonly version: string;
  /** Ids of the sweep's runs in the order of the CSV's rows. */
  readonly ids: readonly string[];
  /** Also write every run's curve. */
  readonly long: boolean;
}

/** One sweep's results while it runs: a record is durable once added, the CSV files are never far behind. */
export class ResultsFolder {
  readonly path: string;
  readonly #options: FolderOptions;
  readonly #journal: Journal;
  readonly #records = new Map<string, RunRecord>();
  #csvAt = performance.now();

  /** `path` must have passed `checkFolder`; what an earlier sweep left there is removed. */
  constructor(path: string, config: Config, options: FolderOptions) {
    this.path = path;
    this.#options = options;
    const { version } = options;
    const header = { schema: JOURNAL_SCHEMA, version, trained: trainedHash(config) };
    this.#journal = writable(path, () => {
      for (const entry of OURS) rmSync(join(path, entry), { recursive: true, force: true });
      mkdirSync(join(path, "journal"), { recursive: true });
      writeFileAtomic.sync(join(path, "config.yaml"), configYaml(config));
      return new Journal(join(path, "journal", `${process.pid}.jsonl`), header);
    });
  }

  /** The records so far, in the order of the sweep's runs. */
  get records(): RunRecord[] {
    return this.#options.ids.flatMap((id) => this.#records.get(id) ?? []);
  }

  add(record: RunRecord): void {
    writable(this.path, () => this.#journal.append(record));
    this.#records.set(record.id, record);
    if (performance.now() - this.#csvAt > CSV_EVERY_MS) this.writeCsv();
  }

  /** Writes the CSV files of all records so far, each whole by an atomic rename. */
  writeCsv(): void {
    const { records } = this;
    writable(this.path, () => {
      writeFileAtomic.sync(join(this.path, "runs.csv"), runsCsv(records));
      writeFileAtomic.sync(join(this.path, "curves.csv"), curvesCsv(records));
      if (this.#options.long) writeFileAtomic.sync(join(this.path, "curves-long.csv"), longCurvesCsv(records));
    });
    this.#csvAt = performance.now();
  }

  close(): void {
    this.#journal.close();
  }
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
function writable<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${path}: can't be written: ${systemReason(error)}`);
  }
}
