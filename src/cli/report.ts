import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { listedKeys } from "../config/schema.ts";
import { UsageError } from "../errors.ts";
import { choiceIn } from "../records/at-point.ts";
import { isReport } from "../records/clean-results.ts";
import { writable } from "../records/find-results.ts";
import { configIn, type Results } from "../records/read-results.ts";
import { reportHtml, togetherHtml } from "../report/report.ts";
import { together } from "../report/together.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, LOSS_OPTION, lossOption, readEnded, readWithLoss } from "./loss-commands.ts";
import { openPage } from "./open-page.ts";
import { countOption, writeOutput } from "./options.ts";

const HELP = `\nThe page includes all losses; --loss chooses the one that it shows first.\n${examples(
  "mmoe report results/paper",
  "mmoe report results/paper -o report.html --loss heldout",
  "mmoe report results/paper --serve --open",
  "mmoe report results/paper results/paper-tuned -o both.html",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("<folders...>", "a results folder, whose sweep may still be running, or several, on one page")
    .option("-o, --output <file>", "the file to write (default: report.html in the folder; needed for several)")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--overwrite", "replace a file that is not a report")
    .option("--open", "open the page in a browser")
    .option("--serve", "write no file: serve the page on this machine, and follow the sweep, until Ctrl-C")
    .option("--port <port>", "with --serve: the port (default: a free one)")
    .addHelpText("after", HELP);

type ReportOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folders, options) => run((context) => report(folders, options, context)));

async function report(folders: readonly string[], options: ReportOptions, context: Context): Promise<void> {
  if (options.serve) return serve(folders, options, context);
  const { overwrite = false } = options;
  if (options.port !== undefined) throw new UsageError(`--port ${options.port} is for --serve; give both`);
  for (const folder of folders) configIn(folder);
  const file = options.output ?? ownFile(folders);
  checkReportFile(file, { overwrite });
  writeOutput(file, await htmlOf(folders, options, context));
  context.effects.stdout.write(`${file}\n`);
  if (options.open) await openPage(resolve(file), context.note);
}

function ownFile([folder, ...others]: readonly string[]): string {
  if (others.length === 0) return join(folder, "report.html");
  throw new UsageError("a page of several sweeps is in the folder of none; give its file, such as -o both.html");
}

async function htmlOf(folders: readonly string[], options: ReportOptions, context: Context): Promise<string> {
  const [first, ...others] = folders;
  if (others.length === 0) {
    const { results, loss } = await readWithLoss(first, options, context);
    return reportHtml(results, loss);
  }
  const asked = lossOption(options.loss);
  const choices = choicesFor(folders, options.at);
  const sweeps: Results[] = [];
  for (const [i, folder] of folders.entries()) sweeps.push(await readEnded(folder, choices[i] ?? [], context));
  return togetherHtml(together(sweeps), asked ?? sweeps[0].config.report);
}

/** What each of several sweeps is read at: the settings that it lists; the first also those that none lists, to be refused. */
function choicesFor(folders: readonly string[], at: readonly string[]): string[][] {
  const texts = at.flatMap((text) => text.split(","));
  const listed = folders.map((folder): readonly string[] => listedKeys(configIn(folder)));
  const isOf = (keys: readonly string[]) => (text: string) => keys.includes(text.replace(/=.*/s, "").trim());
  return listed.map((keys, i) => texts.filter((text) => isOf(keys)(text) || (i === 0 && !isOf(listed.flat())(text))));
}

async function serve(folders: readonly string[], options: ReportOptions, context: Context): Promise<void> {
  const [folder, ...others] = folders;
  if (others.length > 0) throw new UsageError(`--serve follows one sweep; leave ${others.join(" ")} out`);
  for (const flag of ["output", "overwrite"] as const)
    if (options[flag] !== undefined) throw new UsageError(`--serve writes no file; leave --${flag} out`);
  const asked = lossOption(options.loss);
  const port = options.port === undefined ? undefined : countOption("--port", options.port, 1, 65_535);
  const config = configIn(folder);
  const choice = choiceIn(options.at, { config, path: folder }, "--at");
  const { serveReport } = await import("./live/serve-report.ts");
  return serveReport({ folder, config, choice, loss: asked ?? config.report, port, open: options.open }, context);
}

/** Throws UsageError, before anything is computed, if `file` can't be written or holds something else than a report. */
function checkReportFile(file: string, { overwrite }: { overwrite: boolean }): void {
  writable(file, () => accessSync(dirname(file), constants.W_OK | constants.X_OK), "give another -o");
  if (!existsSync(file)) return;
  if (statSync(file).isDirectory()) throw new UsageError(`${file} is a folder; give a file with -o`);
  if (overwrite || isReport(file)) return;
  throw new UsageError(`${file} exists and is not a report of mmoe; give another -o, or --overwrite`);
}
