import { costCsv, modelCosts } from "../summary/cost.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { addFormatOption, blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { AT_OPTION, folderText, readEnded } from "./loss-commands.ts";
import { costsOf } from "./text/cost-text.ts";

interface Options extends FormatOptions {
  readonly at: readonly string[];
}

export const define: Define = (command, run) => {
  const withPlace = command
    .argument("<folder>", "a results folder; the sweep may still be running")
    .option(...AT_OPTION);
  addFormatOption(withPlace, { csv: "a row for each model", json: "all numbers of each model" })
    .addHelpText(
      "after",
      `
Shows parameters and FLOP of each model, and the time that its runs took.
mmoe figures --only cost draws final loss against FLOP.
${examples("mmoe cost results/zoo", "mmoe cost results/zoo --format csv > cost.csv")}`,
    )
    .action((folder: string, options: Options) => run((context) => cost(folder, options, context)));
};

async function cost(folder: string, options: Options, context: Context): Promise<number> {
  const format = formatOption(options);
  const results = await readEnded(folder, options.at, context);
  const models = modelCosts(results.config, results.records);
  const { stdout } = context.effects;
  if (format === "json") stdout.write(jsonText({ folder, at: results.at, models }));
  else if (format === "csv") stdout.write(costCsv(models));
  else stdout.write(blocksAs(format, costsOf(folderText(results), models), stdout));
  return EXIT.done;
}
