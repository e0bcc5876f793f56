import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import type { LossSet } from "../config/loss-sets.ts";
import { UsageError } from "../errors.ts";
import { writeCsvFiles } from "../records/csv-files.ts";
import { JOURNALS, written } from "../records/find-results.ts";
import { configIn } from "../records/read-results.ts";
import { readRecords } from "../records/read-sweep.ts";
import type { RunRecord } from "../records/record.ts";
import type { Effects, Output } from "./effects.ts";
import { pathOption } from "./options.ts";
import { resultsText } from "./text/summary-table.ts";

interface Options {
  readonly output?: string;
  readonly overwrite?: boolean;
}

/** The file to write; undefined without -o. Refuses to replace one without --overwrite: UsageError. */
export function outputFile({ output, overwrite = false }: Options): string | undefined {
  if (output === undefined) return undefined;
  const file = pathOption("--output", output);
  if (!existsSync(file)) return file;
  if (!statSync(file).isFile()) throw new UsageError(`${file} is not a file that can be replaced; give another -o`);
  if (!overwrite) throw new UsageError(`${file} exists; give another -o, or --overwrite`);
  return file;
}

/**
 * Writes all of `text` to stdout, and waits until a slow reader has taken it, so that memory does not fill up. False if
 * the reader has left, or if stdout can't be written: the process says so at its end.
 */
export function writeOut(out: Output, text: string): Promise<boolean> {
  return new Promise((done) => {
    out.write(text, (error) => done(!error));
  });
}

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
