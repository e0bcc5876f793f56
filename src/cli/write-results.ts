import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import type { LossSet } from "../config/loss-sets.ts";
import { writeCsvFiles } from "../records/csv-files.ts";
import { JOURNALS, written } from "../records/find-results.ts";
import { configIn } from "../records/read-results.ts";
import { readRecords } from "../records/read-sweep.ts";
import type { RunRecord } from "../records/record.ts";
import type { Effects } from "./effects.ts";
import { resultsText } from "./text/summary-table.ts";

interface WriteOptions {
  /** Also every run's curve. */
  readonly long: boolean;
  /** The losses in the table. */
  readonly losses: readonly LossSet[];
  /** No table on stdout. */
  readonly quiet: boolean;
}

/** Derives the CSV files of the folder `out` from its journals, prints the table and returns the records. */
export async function writeResults(
  out: string,
  { long, losses, quiet }: WriteOptions,
  { stdout }: Effects,
): Promise<RunRecord[]> {
  const records = await readRecords(join(out, JOURNALS), { trained: trainedHash(configIn(out)), warn: () => {} });
  await written(out, writeCsvFiles(out, records, { long }), "the journals are as they were");
  if (!quiet) stdout.write(resultsText(out, records, losses, stdout));
  return records;
}
