import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { MMOE } from "../called-as.ts";
import { type Config, trainedHash } from "../config/config.ts";
import { loadStoredConfig } from "../config/load.ts";
import { UsageError } from "../errors.ts";
import { type GridPoint, NO_CHOICE } from "../identity/cell.ts";
import { shellQuoted } from "../text.ts";
import { CONFIG, JOURNALS } from "./find-results.ts";
import { holdsTrials } from "./label-trials.ts";
import type { Provenance } from "./provenance.ts";
import { readRecords } from "./read-sweep.ts";
import type { RunRecord } from "./record.ts";
import { provenancesIn } from "./writers.ts";

/** All records of one sweep. */
export interface Results {
  readonly path: string;
  /** Every run, correlation, model and grid point that was asked for, whether or not it has been trained. */
  readonly config: Config;
  /** The values that were chosen of listed settings: in `config` these are no longer lists. */
  readonly at: GridPoint;
  /** Records of the runs that ended, by run, then correlation, model and grid point. */
  readonly records: readonly RunRecord[];
  /** Provenance of each process that trained into the folder, in order of start. */
  readonly provenances: readonly Provenance[];
}

/**
 * Reads a results folder, also while a sweep still writes to it. `warn` is called for lines that are not records.
 * Throws UsageError for a folder that holds no sweep.
 */
export async function readResults(path: string, warn: (line: string) => void): Promise<Results> {
  const config = configIn(path);
  const journals = join(path, JOURNALS);
  const provenances = provenancesIn(journals, warn).map(({ provenance }) => provenance);
  const records = await readRecords(journals, { trained: trainedHash(config), warn });
  return { path, config, at: NO_CHOICE, records, provenances };
}

const WAY_OUT = "give a results folder of mmoe sweep";

/** The config of the sweep in a results folder; UsageError if there is none. */
export function configIn(path: string): Config {
  const file = join(path, CONFIG);
  if (existsSync(file)) return loadStoredConfig(file);
  if (!existsSync(path)) throw new UsageError(`${path}: no such folder; ${WAY_OUT}`);
  if (!statSync(path).isDirectory()) throw new UsageError(`${path} is a file; ${WAY_OUT}`);
  if (holdsTrials(path))
    throw new UsageError(`${path} holds label trials and no sweep; ${MMOE} figures ${shellQuoted(path)} draws them`);
  throw new UsageError(`${path} holds no sweep (no ${CONFIG}); ${WAY_OUT}`);
}
