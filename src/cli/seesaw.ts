import { didYouMean } from "../config/suggest.ts";
import { UsageError } from "../errors.ts";
import { cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { SHARE_NOTHING, seesawCsv, seesawOf, sharesNothing } from "../summary/seesaw.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { blocksAs, type FormatOptions, formatOption, jsonText } from "./format-option.ts";
import { gapsOf, headOf, readWithLoss } from "./loss-commands.ts";
import { goOn } from "./text/go-on.ts";
import { gainsOf } from "./text/seesaw-text.ts";

/** Options of `mmoe summary --seesaw`. */
interface Options extends FormatOptions {
  readonly loss?: string;
  readonly at: readonly string[];
  readonly against?: string;
}

/** What each task gains over a model that shares nothing. */
export async function seesaw(folder: string, options: Options, context: Context): Promise<number> {
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
