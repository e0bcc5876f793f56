import { costCsv, modelCosts } from "../summary/cost.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { folderText, readEnded } from "./loss-commands.ts";
import { costsOf } from "./text/cost-text.ts";

/** Options of `mmoe summary --cost`. */
interface Options extends FormatOptions {
  readonly at: readonly string[];
}

/** Size, FLOP and time of each model. */
export async function cost(folder: string, options: Options, context: Context): Promise<number> {
  const format = formatOption(options);
  const results = await readEnded(folder, options.at, context);
  const models = modelCosts(results.config, results.records);
  const { stdout } = context.effects;
  if (format === "json") stdout.write(jsonText({ folder, at: results.at, models }));
  else if (format === "csv") stdout.write(costCsv(models));
  else stdout.write(blocksAs(format, costsOf(folderText(results), models), stdout));
  return EXIT.done;
}
