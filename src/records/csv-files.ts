import { join } from "node:path";
import { writeWhole } from "../write-whole.ts";
import { curvesCsv, longCurvesCsv } from "./curves-csv.ts";
import { diagnosticsCsv } from "./diagnostics-csv.ts";
import type { RunRecord } from "./record.ts";
import { runsCsv } from "./runs-csv.ts";

interface CsvOptions {
  /** Also every run's curve. */
  readonly long: boolean;
  /** The names of the tasks' labels, [K], on rows of the user's own. */
  readonly labels?: readonly string[] | undefined;
  /** When it aborts, files that are not complete stay as they were. */
  readonly signal?: AbortSignal;
}

/** Writes a results folder's CSV files, each replaced at once by a rename, and lets others work in between. */
export async function writeCsvFiles(
  path: string,
  records: readonly RunRecord[],
  { long, labels, signal }: CsvOptions,
): Promise<void> {
  await writeWhole(join(path, "runs.csv"), runsCsv(records, labels), signal);
  await writeWhole(join(path, "curves.csv"), curvesCsv(records, labels), signal);
  if (records.some(({ diagnostics }) => diagnostics))
    await writeWhole(join(path, "diagnostics.csv"), diagnosticsCsv(records), signal);
  if (long) await writeWhole(join(path, "curves-long.csv"), longCurvesCsv(records), signal);
}
