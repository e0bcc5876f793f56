import { MMOE } from "../called-as.ts";
import { crossText } from "../config/cross.ts";
import { UsageError } from "../errors.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { engineWords } from "../records/engine-words.ts";
import type { Results } from "../records/read-results.ts";
import { shellQuoted } from "../shell.ts";
import { VARYING, varianceCsv, variancesOf } from "../summary/variance.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { addFormatOption, blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { AT_OPTION, BAD_OPTION, badOption, gapsOf, headOf, LOSS_OPTION, readWithLoss } from "./loss-commands.ts";
import { choiceOption } from "./options.ts";
import { componentsOf } from "./text/variance-text.ts";

interface Options extends FormatOptions {
  readonly loss?: string;
  readonly at: readonly string[];
  readonly of: string;
  readonly bad?: string;
}

export const define: Define = (command, run) => {
  const withLosses = command
    .argument("<folder>", "a results folder of a crossed sweep (mmoe sweep --cross)")
    .option("--of <what>", "what varies: loss, log (of the loss) or bad (in a bad minimum or not)", "loss")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option(...BAD_OPTION);
  addFormatOption(withLosses, { csv: "two rows for each component", json: "all components of each cell" })
    .addHelpText(
      "after",
      `
Does a bad run come from its data or from its initial values? A crossed sweep
combines every data seed with every seed of initial values. This command splits
the variance of the final losses into data, initial values and the rest.
${examples("mmoe sweep --cross 20x20 --corr 0.5 --out results/crossed", "mmoe variance results/crossed --of bad")}`,
    )
    .action((folder: string, options: Options) => run((context) => variance(folder, options, context)));
};

async function variance(folder: string, options: Options, context: Context): Promise<number> {
  const of = choiceOption("--of", options.of, VARYING);
  const bad = badOption(options.bad);
  const format = formatOption(options);
  const { results, loss } = await readWithLoss(folder, options, context);
  const how = { loss, of, bad };
  const cross = crossOf(results);
  const cells = variancesOf(results, how);
  const { stdout } = context.effects;
  if (format === "json") stdout.write(jsonText({ folder, at: results.at, cross, ...how, cells: cells.map(named) }));
  else if (format === "csv") stdout.write(varianceCsv(cells, how));
  else {
    const gaps = gapsOf(results, cellLosses(results, how.loss));
    const blocks = [headOf(results, how.loss), ...componentsOf(cells, how), ...gaps];
    stdout.write(blocksAs(format, blocks, stdout));
  }
  return EXIT.done;
}

/** A cell with its components by the names of the factors. */
function named({ variance, share, ...cell }: ReturnType<typeof variancesOf>[number]) {
  const factors = ({ rows, columns, rest }: typeof variance) => ({ data: rows, initial: columns, rest });
  return { ...cell, variance: factors(variance), share: factors(share) };
}

function crossOf(results: Results): string {
  const { config, path } = results;
  if (config.cross !== null) return crossText(config.cross);
  const words = [`${path}/config.yaml`, "--cross", "10x10", ...engineWords(results)].map(shellQuoted);
  const command = `${MMOE} sweep ${words.join(" ")}`;
  throw new UsageError(`${path}: data and initial values are not crossed; train such a sweep with: ${command}`);
}
