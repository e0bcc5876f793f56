import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { MMOE } from "../called-as.ts";
import { loadTrials, type TrialSettings, trialsYaml } from "../config/trials.ts";
import { labelCorrelation } from "../data/moments.ts";
import { generatorSettings } from "../data/presets.ts";
import { UsageError } from "../errors.ts";
import { makeFolder, readText, startOf, writeWholeSync } from "../files.ts";
import { type Column, csvRow } from "./columns.ts";
import { toCsv } from "./csv.ts";
import { number, RUN_FIELDS, whole } from "./fields.ts";
import { writable } from "./find-results.ts";
import type { Computation } from "./provenance.ts";

const SETTINGS = "trials.yaml";
const LABELS = "labels.csv";
const PROVENANCE = "provenance.json";

/** A row of `labels.csv`. */
interface LabelRow {
  readonly trial: number;
  readonly correlation: number;
  readonly measured: number;
  readonly closedForm: number;
}

/** Trials have two tasks, like the paper's Figure 2. */
const PAIR = 2;
const OF_A_PAIR = "Pearson correlation of a pair of tasks' labels";

export const LABEL_COLUMNS: readonly Column<LabelRow>[] = [
  {
    name: "trial",
    schema: whole("the trial, from 0; its rows are those of the run with the same number"),
    of: ({ trial }) => trial,
  },
  { name: "correlation", schema: RUN_FIELDS.correlation, of: ({ correlation }) => correlation },
  { name: "labelCorrelation", schema: number(`${OF_A_PAIR}, measured`), of: ({ measured }) => measured },
  { name: "closedForm", schema: number(`${OF_A_PAIR}, in closed form`), of: ({ closedForm }) => closedForm },
];

/** Label correlations that were measured over trials. */
export interface LabelTrials {
  readonly settings: TrialSettings;
  /** [trials][correlations] */
  readonly measured: readonly (readonly number[])[];
}

export function holdsTrials(path: string): boolean {
  return existsSync(join(path, SETTINGS));
}

/**
 * Throws UsageError for a file, for trials without `overwrite`, and where a file of the user's has the name of one that
 * would be written.
 */
export function checkTrialsFolder(path: string, overwrite: boolean): void {
  if (existsSync(path) && !statSync(path).isDirectory()) throw new UsageError(`${path} is a file; give a folder as -o`);
  if (holdsTrials(path) && !overwrite) throw new UsageError(`${path} exists; give another -o, or --overwrite`);
  const foreign = Object.entries(BEGINNINGS).find(([name, beginning]) => {
    const file = join(path, name);
    return existsSync(file) && !beginning.test(startOf(file));
  });
  if (foreign === undefined) return;
  throw new UsageError(`${join(path, foreign[0])} was not written by ${MMOE} data; move it away, or give another -o`);
}

/** How the files of trials begin. */
const BEGINNINGS = { [LABELS]: /^trial,/, [PROVENANCE]: /^\{\s*"mmoe"/ };

/** Writes a folder of trials: settings, a row for each trial and correlation, and their provenance. */
export function writeTrials(path: string, { settings, measured }: LabelTrials, origins: Computation): void {
  const closedForm = settings.correlations.map((p) => labelCorrelation(generatorSettings(settings.data), p));
  const rows = measured.flatMap((values, trial) =>
    values.map((value, i) => {
      const [correlation, closed] = [settings.correlations[i], closedForm[i]];
      return csvRow(LABEL_COLUMNS, { trial, correlation, measured: value, closedForm: closed }, PAIR);
    }),
  );
  const write = (file: string, text: string) => writeWholeSync(join(path, file), text);
  writable(
    path,
    () => {
      makeFolder(path);
      write(LABELS, toCsv(rows));
      write(PROVENANCE, `${JSON.stringify(origins, null, 2)}\n`);
      write(SETTINGS, trialsYaml(settings)); // last: a folder that has it is complete
    },
    "give another -o",
  );
}

/** Reads a folder of trials. Throws UsageError if a trial is missing from the file. */
export function readTrials(path: string): LabelTrials {
  const settings = loadTrials(join(path, SETTINGS));
  const file = join(path, LABELS);
  if (!existsSync(file)) throw new UsageError(`${path} has no ${LABELS}; measure again with ${MMOE} data --trials`);
  const rows = csvRows(file);
  const values = new Map(
    rows.map((row) => [`${row.trial} ${Number(row.correlation)}`, Number(row.labelCorrelation || "NaN")]),
  );
  const measured = Array.from({ length: settings.trials }, (_, trial) =>
    settings.correlations.map((p) => values.get(`${trial} ${p}`) ?? Number.NaN),
  );
  const missing = measured.findIndex((trial) => trial.some(Number.isNaN));
  if (missing >= 0)
    throw new UsageError(`${file}: trial ${missing} is not whole; measure again with ${MMOE} data --trials`);
  return { settings, measured };
}

function csvRows(file: string): Record<string, string>[] {
  try {
    return parse(readText(file, { most: Number.POSITIVE_INFINITY }), { columns: true });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file}: not readable as CSV: ${(error as Error).message}`);
  }
}
