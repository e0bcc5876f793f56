import { MMOE } from "../called-as.ts";
import { crossText } from "../config/cross.ts";
import { UsageError } from "../errors.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { engineWords } from "../records/engine-words.ts";
import type { Results } from "../records/read-results.ts";
import { shellQuoted } from "../shell.ts";
import { VARYING, varianceCsv, variancesOf } from "../summary/variance.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { badOption, gapsOf, headOf, readWithLoss } from "./loss-commands.ts";
import { choiceOption } from "./options.ts";
import { componentsOf } from "./text/variance-text.ts";

/** Options of `mmoe summary --variance`. */
interface Options extends FormatOptions {
  readonly loss?: string;
  readonly at: readonly string[];
  readonly of?: string;
  readonly bad?: string;
}

/** A crossed sweep's variance, split into data, initial values and the rest. */
export async function variance(folder: string, options: Options, context: Context): Promise<number> {
  const of = choiceOption("--of", options.of ?? "loss", VARYING);
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
