import { modelCosts } from "../summary/cost.ts";
import { costCsv } from "../summary/cost-csv.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { AT_OPTION, placeText, readEnded } from "./loss-commands.ts";
import { choiceOption } from "./options.ts";
import { costText } from "./text/cost-text.ts";

interface Options {
  readonly at: readonly string[];
  readonly format: string;
}

const FORMATS = ["text", "csv", "json"] as const;

export const define: Define = (command, run) => {
  command
    .argument("<folder>", "a results folder, also of a sweep that still runs")
    .option(...AT_OPTION)
    .option("--format <name>", "text, csv (a row for each model) or json", "text")
    .addHelpText(
      "after",
      `
Parameters and FLOP of each model, and the time that its runs took. mmoe figures
--only cost draws final loss against FLOP.
${examples("mmoe cost results/zoo", "mmoe cost results/zoo --format csv > cost.csv")}`,
    )
    .action((folder: string, options: Options) => run((context) => cost(folder, options, context)));
};

async function cost(folder: string, options: Options, context: Context): Promise<number> {
  const format = choiceOption("--format", options.format, FORMATS);
  const results = await readEnded(folder, options.at, context);
  const models = modelCosts(results.config, results.records);
  const { stdout } = context.effects;
  if (format === "json") stdout.write(`${JSON.stringify({ folder, at: results.at, models }, null, 2)}\n`);
  else stdout.write(format === "csv" ? costCsv(models) : `${placeText(results)}\n${costText(models)}`);
  return EXIT.done;
}
