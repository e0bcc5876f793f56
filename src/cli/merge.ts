import { existsSync } from "node:fs";
import { join } from "node:path";
import { trainedHash } from "../config/config.ts";
import type { LossSet } from "../config/losses.ts";
import { UsageError } from "../errors.ts";
import { cellText } from "../identity/cell.ts";
import { keptIn } from "../records/checkpoints.ts";
import { writeCsvFiles } from "../records/csv-files.ts";
import { CONFIG, JOURNALS, written } from "../records/find-results.ts";
import { checkJournals, commonConfig, copyCheckpoints, copyJournals } from "../records/merge-folders.ts";
import { configIn } from "../records/read-results.ts";
import { readRecords } from "../records/read-sweep.ts";
import type { RunRecord } from "../records/record.ts";
import { planWanted } from "../sweep/plan.ts";
import { cellStatuses, totalStatus } from "../sweep/sweep-status.ts";
import { numberOf } from "../units.ts";
import { type Command, type Context, type Define, type Effects, EXIT, examples, type OptionsOf } from "./command.ts";
import { TABLE_LOSS_OPTION, tableLosses } from "./loss-commands.ts";
import { folderOption, jsonText } from "./options.ts";
import { goOn } from "./text/go-on.ts";
import { resultsText } from "./text/summary-table.ts";
import { keptText } from "./text/sweep-start.ts";

const HELP = `\nExits with 0 if the sweep is complete, 3 if runs failed, 4 if some are missing.\n${examples(
  "mmoe merge results/paper",
  "mmoe merge shard-1 shard-2 shard-3 -o results/paper",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("<folders...>", "results folders of one sweep")
    .option("-o, --output <folder>", "where results go (default: the folder, if only one is given)")
    .option("--long", "also write every run's curve (curves-long.csv)")
    .option(...TABLE_LOSS_OPTION)
    .option("--json", "the counts as JSON, instead of the table")
    .addHelpText("after", HELP);

type MergeOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folders, options) => run((context) => merge(folders, options, context)));

async function merge(folders: readonly string[], options: MergeOptions, { effects, note }: Context): Promise<number> {
  const out = options.output === undefined ? folders[0] : folderOption("--output", options.output);
  const { long = false, json = false } = options;
  if (options.output === undefined && folders.length > 1) {
    throw new UsageError(`${folders.length} folders need an output folder; give -o FOLDER`);
  }
  const sources = folders.includes(out) || !existsSync(join(out, CONFIG)) ? folders : [out, ...folders];
  const config = commonConfig(sources);
  const losses = tableLosses(options.loss, config);
  const repeated = checkJournals(sources, config, note);
  if (options.output !== undefined) copyJournals(folders, out, config);
  const records = await writeResults(out, { long, losses, quiet: json }, effects);

  const ended = new Map(records.map((record) => [record.id, record]));
  const cells = cellStatuses(config, ended);
  const { done, failed, missing } = totalStatus(cells);
  const left = missing === 0 ? [] : planWanted(config, ({ id }) => !ended.has(id));
  const of = { trained: trainedHash(config), warn: note };
  if (options.output !== undefined) copyCheckpoints(folders, out, left, of);
  const kept = keptIn(out, left, of);
  if (json) effects.stdout.write(jsonText({ out, done, failed, missing, kept, repeated, cells }));
  if (repeated > 0)
    note(`${numberOf(repeated, "run")} ${repeated === 1 ? "was" : "were"} done more than once, with the same results`);
  if (missing > 0) {
    const lacking = cells.filter((cell) => cell.missing > 0);
    const where = lacking.map((cell) => `${cell.missing} of ${cellText(cell)}`);
    note(
      `mmoe: ${numberOf(missing, "run")} ${missing === 1 ? "is" : "are"} missing (${where.join(", ")})${keptText(kept)}; train them with:\n${goOn(out)}`,
    );
    return EXIT.checkFailed;
  }
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}

interface WriteOptions {
  /** Also every run's curve. */
  readonly long: boolean;
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
  const config = configIn(out);
  const records = await readRecords(join(out, JOURNALS), { trained: trainedHash(config), warn: () => {} });
  const writing = writeCsvFiles(out, records, { long, labels: config.rows?.labels });
  await written(out, writing, "the journals are as they were");
  if (!quiet) stdout.write(resultsText(out, records, losses, stdout));
  return records;
}
