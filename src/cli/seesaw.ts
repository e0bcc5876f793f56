import { didYouMean } from "../config/suggest.ts";
import { UsageError } from "../errors.ts";
import { cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { SHARE_NOTHING, seesawCsv, seesawOf, sharesNothing } from "../summary/seesaw.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { addFormatOption, blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { AT_OPTION, gapsOf, headOf, LOSS_OPTION, readWithLoss } from "./loss-commands.ts";
import { goOn } from "./text/go-on.ts";
import { gainsOf } from "./text/seesaw-text.ts";

interface Options extends FormatOptions {
  readonly loss?: string;
  readonly at: readonly string[];
  readonly against?: string;
}

export const define: Define = (command, run) => {
  const withLosses = command
    .argument("<folder>", "a results folder with a model that shares nothing; the sweep may still be running")
    .option("--against <model>", `the model to gain over (default: ${SHARE_NOTHING.join(", else ")})`)
    .option(...LOSS_OPTION)
    .option(...AT_OPTION);
  addFormatOption(withLosses, { csv: "a row for each statistic", json: "all statistics of each cell" })
    .addHelpText(
      "after",
      `
Does one task gain from sharing while another loses? The gain of a task is the
final loss of the other model minus that of this one, divided by the former. A
task with a positive gain benefits. Runs are paired: run i saw the same rows in
both models. single-task has as many parameters in total as mmoe;
single-task-wide gives each task the units of all of mmoe's experts.
${examples("mmoe seesaw results/zoo", "mmoe seesaw results/zoo --against single-task-wide --format csv > gains.csv")}`,
    )
    .action((folder: string, options: Options) => run((context) => seesaw(folder, options, context)));
};

async function seesaw(folder: string, options: Options, context: Context): Promise<number> {
  const format = formatOption(options);
  const { results, loss } = await readWithLoss(folder, options, context);
  const found = seesawOf(results, loss, againstIn(results, options.against));
  if (found.cells.length === 0) throw new UsageError(noPair(results, found.against));
  const { stdout } = context.effects;
  if (format === "json") stdout.write(jsonText({ folder, at: results.at, ...found }));
  else if (format === "csv") stdout.write(seesawCsv(found));
  else {
    const head = headOf(results, loss, `gain over ${found.against}, in percent`);
    const blocks = [head, ...gainsOf(found), ...gapsOf(results, cellLosses(results, loss))];
    stdout.write(blocksAs(format, blocks, stdout));
  }
  return EXIT.done;
}

/** The model to gain over: the one that was asked for, or the first that shares nothing. */
function againstIn(results: Results, asked: string | undefined): string {
  const { config, path } = results;
  const models: readonly string[] = config.models;
  if (asked !== undefined) {
    if (models.includes(asked)) return asked;
    throw new UsageError(
      `--against: ${path} has no ${asked}${didYouMean(asked, models) || `; give one of ${models.join(", ")}`}`,
    );
  }
  const found = sharesNothing(results);
  if (found !== undefined) return found;
  throw new UsageError(
    `${path} has no model that shares nothing; give --against one of ${models.join(", ")}, or train one with: ${goOn(path, "--models", SHARE_NOTHING[0])}`,
  );
}

function noPair({ path, config }: Results, against: string): string {
  if (config.models.length === 1) {
    return `${path} has no other model than ${against}; train one with: ${goOn(path, "--models", "mmoe")}`;
  }
  return `${path}: no run is done both of ${against} and of another model; train them with: ${goOn(path)}`;
}
