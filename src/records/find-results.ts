import { accessSync, constants, existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Config, folderHash, trainedHash } from "../config/config.ts";
import { loadStoredConfig } from "../config/load.ts";
import { configDifferences } from "../config/same-sweep.ts";
import { UsageError } from "../errors.ts";
import { isPartial, nearestExisting, startOf } from "../files.ts";
import { isSystemError, systemReason } from "../system-errors.ts";
import { isJournal } from "./journal-file.ts";
import type { RecordHead } from "./journal-line.ts";
import { journalPaths } from "./read-journals.ts";
import { readHeads } from "./read-sweep.ts";

export const CONFIG = "config.yaml";
export const JOURNALS = "journal";
export const CHECKPOINTS = "checkpoints";
export const FIGURES = "figures";
export const WEIGHTS = "weights";
/** Of test rows. */
export const PREDICTIONS = "predictions";
export const VALIDATION_PREDICTIONS = "validation-predictions";
export const CSV_FILES = ["runs.csv", "curves.csv", "curves-long.csv", "diagnostics.csv"];
export const REPORT = "report.html";
/** All that is written into a sweep's folder. What else is there is the user's: it stays, and is never in the way. */
const OURS = [
  CONFIG,
  JOURNALS,
  CHECKPOINTS,
  ...CSV_FILES,
  FIGURES,
  REPORT,
  WEIGHTS,
  PREDICTIONS,
  VALIDATION_PREDICTIONS,
];

/** The folder of one sweep's results: `results/<name>-<hash>` unless the user names another. */
export function defaultFolder(config: Config): string {
  return join("results", `${config.name}-${folderHash(config)}`);
}

interface FindOptions {
  /** Take the folder as if it were empty. */
  readonly overwrite?: boolean;
  /** Called for lines that are not records. */
  readonly warn: (line: string) => void;
}

/**
 * How those runs of the sweep of `config` ended that `path` holds, by their ids; undefined for a new folder. Throws
 * UsageError, before anything is computed or written, for a folder that can't be written to, that holds a sweep of
 * another config, or where a file of the user's has the name of one that a sweep writes.
 */
export function findResults(
  path: string,
  config: Config,
  { overwrite = false, warn }: FindOptions,
): Map<string, RecordHead> | undefined {
  checkWritable(path);
  const journals = join(path, JOURNALS);
  const hasJournal = journalPaths(journals).some(isJournal); // not if the sweep was killed in its first moments
  if (overwrite || !hasJournal) refuseForeign(path, hasJournal);
  const begun = hasJournal || existsSync(join(path, CONFIG));
  if (!begun || overwrite) return undefined;

  if (heldConfig(path, config) === undefined)
    throw new UsageError(`${path} has no ${CONFIG}; give another --out, or --overwrite`);
  return readHeads(journals, { trained: trainedHash(config), warn });
}

/** The config in the folder `path`, undefined if there is none; UsageError if it trains differently from `config`. */
export function heldConfig(path: string, config: Config): Config | undefined {
  const file = join(path, CONFIG);
  if (!existsSync(file)) return undefined;
  const held = loadStoredConfig(file);
  const apart = configDifferences(held, config);
  if (apart.length === 0) return held;
  throw new UsageError(
    `${path} holds a sweep of another config (${apart.join("; ")}); give another --out, or --overwrite`,
  );
}

/** Refuses to replace files of the user's that have names of a sweep's. */
function refuseForeign(path: string, hasJournal: boolean): void {
  const isForeign = (name: string) => {
    const file = join(path, name);
    if (!existsSync(file) || (name === CONFIG && hasJournal)) return false;
    // config files that people write say no version; CSV without a run that has ended is empty
    return !(name === CONFIG ? /^version: \d/m : /^$|^(id,)?model,/).test(startOf(file));
  };
  const foreign = [CONFIG, ...CSV_FILES].find(isForeign);
  if (foreign === undefined) return;
  throw new UsageError(`${join(path, foreign)} was not written by a sweep; move it away, or give another --out`);
}

/** Name of a file that an atomic write left when it was killed before its rename. */
export function isLeftover(entry: string): boolean {
  return isPartial(entry) && OURS.some((ours) => entry.startsWith(`${ours}.`));
}

/** The way out where a sweep in training can't write. */
export const RESUMES = "finished runs are kept, and the same command resumes";

/** The result of `write`; UsageError with the folder's name if the operating system refuses it. */
export function writable<T>(path: string, write: () => T, wayOut = "give another --out"): T {
  try {
    return write();
  } catch (error) {
    throw unwritable(path, error, wayOut);
  }
}

/** What `writing` gives, with errors of the operating system as UsageErrors. */
export async function written<T>(path: string, writing: Promise<T>, wayOut: string): Promise<T> {
  try {
    return await writing;
  } catch (error) {
    throw unwritable(path, error, wayOut);
  }
}

/** `error` itself or, for one of the operating system, a UsageError with the folder's name. */
export function unwritable(path: string, error: unknown, wayOut: string): unknown {
  if (!isSystemError(error)) return error;
  return new UsageError(`${path}: can't be written: ${systemReason(error)}; ${wayOut}`);
}

function checkWritable(path: string): void {
  const parent = nearestExisting(path);
  if (!statSync(parent).isDirectory()) {
    throw new UsageError(`${parent === path ? "" : `${path}: `}${parent} is a file; give another --out`);
  }
  writable(path, () => accessSync(parent, constants.W_OK | constants.X_OK));
}
