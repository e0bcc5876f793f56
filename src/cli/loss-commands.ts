// Shared by the commands that show losses.

import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { LOSS_SETS, type LossSet } from "../config/losses.ts";
import { sharedRowsText } from "../config/rows.ts";
import type { AnyRun } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { OF_CONTESTANT, pointText } from "../identity/cell.ts";
import { choiceIn, joinedResults, resultsAt } from "../records/at-point.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { JOURNALS } from "../records/find-results.ts";
import { configIn, type Results, readResults } from "../records/read-results.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { runsInFlight } from "../records/writers.ts";
import { planWanted } from "../sweep/plan.ts";
import { numberOf, thousands } from "../units.ts";
import type { Context } from "./command.ts";
import { choiceOption, collect, type Format } from "./options.ts";
import type { Block } from "./text/blocks.ts";
import { goOn } from "./text/go-on.ts";

/** What commands take that show results so far. */
export const RESULTS = ["<folder>", "a results folder; the sweep may still be running"] as const;

/** The option that says which loss a command shows. */
export const LOSS_OPTION = [
  "--loss <name>",
  "train, heldout or running, the mean of all batch losses since step 1 (default: what the config reports)",
] as const;

/** --loss of a command whose table has two losses by default: three would be wider than a terminal. */
export const TABLE_LOSS_OPTION = [
  LOSS_OPTION[0],
  "only this loss in the table: train, heldout or running (default: what the config reports, and heldout)",
] as const;

/** The losses in a table of two: the one that --loss names alone, else what the config reports and the held-out loss. */
export function tableLosses(text: string | undefined, { report }: Pick<Config, "report">): LossSet[] {
  const asked = lossOption(text);
  return asked === undefined ? [report === "heldout" ? "train" : report, "heldout"] : [asked];
}

export function lossOption(text: string | undefined): LossSet | undefined {
  return text === undefined ? undefined : choiceOption("--loss", text, LOSS_SETS);
}

/** The results in a folder, as `readEnded`, and the loss to show: that of `--loss`, or the one that their config reports. */
export async function readWithLoss(
  folder: string,
  { at, loss }: { readonly at: readonly string[]; readonly loss?: string },
  context: Context,
  gaps?: Gaps,
): Promise<{ results: Results; loss: LossSet }> {
  const asked = lossOption(loss); // checked before it reads for long
  const results = await readEnded(folder, at, context, gaps);
  return { results, loss: asked ?? results.config.report };
}

/** The option that chooses values of settings that a sweep lists; it may be given again. */
export const AT_OPTION = [
  "--at <setting=value>",
  "in a sweep with lists of settings, use only this value, such as lr=0.01",
  collect,
  [],
] as const;

/** Whether missing runs are noted as a folder is read, or shown by what the command writes. */
type Gaps = "noted" | "shown";

/** How missing runs are told beside what is written in a format: tables have a line of their own for them. */
export function gapsIn(format: Format): Gaps {
  return format === "csv" || format === "json" ? "noted" : "shown";
}

/** The results in a folder, at the values that `--at` chooses; UsageError if no run has ended. */
export async function readEnded(
  folder: string,
  at: readonly string[],
  { note }: Context,
  gaps: Gaps = "noted",
): Promise<Results> {
  const all = await readResults(folder, note);
  const results = resultsAt(all, choiceIn(at, all, "--at"));
  if (results.records.length === 0)
    throw new UsageError(`${folderText(results)} holds no run that has ended; train with: ${goOn(folder)}`);
  if (gaps === "noted") noteMissing(results, note);
  return results;
}

/** The option of folders whose methods or task weights are shown beside those of the first; it may be given again. */
export const WITH_OPTION = [
  "--with <folder>",
  "also runs of this sweep, which differs in task weights or method",
  (value: string, before: readonly string[] = []) => collect(value, before),
] as const;

/** Results, and those of the folders of `--with`, as of one sweep. */
export async function joinedWith(
  results: Results,
  { with: folders = [], at }: { readonly with?: readonly string[] | undefined; readonly at: readonly string[] },
  context: Context,
): Promise<Results> {
  const all = [results];
  for (const folder of folders) all.push(await readEnded(folder, at, context));
  return joinedResults(all, OF_CONTESTANT);
}

/** Says how many runs are missing, and what trains them. */
export function noteMissing(results: Results, note: Context["note"]): void {
  for (const { before, command = "" } of missingBlocks(results, cellLosses(results, "train")))
    note(`${folderText(results)}: ${before}${command && ` ${command}`}`);
}

/** The folder and, if values were chosen, those: `results/paper at lr=0.01`. */
export function folderText({ path, at }: Pick<Results, "path" | "at">): string {
  return Object.keys(at).length === 0 ? path : `${path} at ${pointText(at)}`;
}

/** What the output begins with: the folder, the loss shown, how to see the other losses, and `more` lines. */
export function headOf(results: Results, loss: LossSet, ...more: readonly string[]): Block {
  const { before } = lossHead(loss, ...more);
  return { before: `${folderText(results)}\n${before}` };
}

/** What the output of a loss begins with below the folder: the loss shown, how to see the others, and `more` lines. */
export function lossHead(loss: LossSet, ...more: readonly string[]) {
  const others = LOSS_SETS.filter((set) => set !== loss).join(" or ");
  const about = `${LOSS_WORDS[loss].atEnd} (others: --loss ${others})`;
  return { before: [about, ...more].join("\n") };
}

/** Most failed runs that are named; runs.csv and JSON have all. */
const NAMED = 5;

/** What intervals are of runs that share rows, in JSON; nothing elsewhere. */
export function coverageOf({ config }: Pick<Results, "config">): { readonly coverage?: string } {
  const coverage = sharedRowsText(config);
  return coverage === "" ? {} : { coverage };
}

/** What intervals are of runs that share rows, below tables. */
export function coverageBlocks(results: Pick<Results, "config">): Block[] {
  return Object.values(coverageOf(results)).map((before) => ({ before }));
}

/** What a sweep's statistics leave out: failed and missing runs. None if there are none. */
export function gapsOf(results: Results, cells: readonly CellLosses[]): Block[] {
  const failed = cells.flatMap((cell) => cell.failed);
  const blocks: Block[] = [];
  if (failed.length > 0) {
    const named = failed.slice(0, NAMED).map(({ id, reason }) => `${id} (${reason})`);
    const more = failed.length > NAMED ? ` and ${failed.length - NAMED} more (runs.csv has all)` : "";
    blocks.push({ before: `${failed.length} failed, left out of all losses: ${named.join(", ")}${more}` });
  }
  return [...blocks, ...missingBlocks(results, cells)];
}

function missingBlocks(results: Results, cells: readonly CellLosses[]): Block[] {
  const missing = cells.reduce((sum, cell) => sum + cell.missing, 0);
  if (missing === 0) return [];
  const ended = cells.reduce((sum, { byRun, failed }) => sum + byRun.size + failed.length, 0);
  const all = numberOf(ended + missing, "run");
  const count = `${thousands(missing)} of ${all} ${missing === 1 ? "is" : "are"} missing`;
  const training = runsInTraining(results);
  if (training > 0) return [{ before: `${count}, ${thousands(training)} of them in training, so all this may change` }];
  return [{ before: `${count}, so all this may change; train them with:`, command: goOn(results.path) }];
}

/** How many of the runs that `results` lack are trained now. */
function runsInTraining({ path, at, records }: Results): number {
  const ended = new Set(records.map(({ id }) => id));
  const inFlight = new Set(runsInFlight(join(path, JOURNALS)).filter((id) => !ended.has(id)));
  if (inFlight.size === 0) return 0;
  const isChosen = ({ point = {} }: AnyRun) =>
    Object.entries(at).every(([key, value]) => (point[key] ?? value) === value);
  return planWanted(configIn(path), (run) => inFlight.has(run.id) && isChosen(run)).length;
}
