import { UsageError } from "../errors.ts";
import { type LeftOut, partWords } from "../figures/draw/part.ts";
import { OWN_ROWS } from "../figures/draw/words.ts";
import { sweepOf } from "../figures/sweep-facts.ts";
import type { Results } from "../records/read-results.ts";
import { choiceOption, listOption } from "./options.ts";

/** A part of a sweep, of which figures are drawn. */
export interface Part {
  readonly without: LeftOut;
  /** For the names of files. */
  readonly words: readonly string[];
}

/** What `--models` and `--corr` leave of a sweep; undefined if that is all. UsageError for names and numbers that it lacks. */
export function partOf(
  results: Results,
  options: { readonly models?: string; readonly corr?: string },
): Part | undefined {
  const sweep = sweepOf(results);
  const correlations = sweep.correlations.filter((correlation) => correlation !== null);
  if (options.corr !== undefined && correlations.length === 0)
    throw new UsageError(`--corr ${options.corr} chooses nothing of ${results.path}: ${OWN_ROWS}`);
  const without = {
    models: leftOut("--models", options.models, sweep.models),
    correlations: leftOut("--corr", options.corr, correlations.map(String)).map(Number),
  };
  const isAll = without.models.length + without.correlations.length === 0;
  return isAll ? undefined : { without, words: partWords(without, sweep) };
}

/** Those of `all` that are not in a list. */
function leftOut(flag: string, text: string | undefined, all: readonly string[]): string[] {
  if (text === undefined) return [];
  const kept = listOption(text).map((one) => choiceOption(flag, nameOf(one, all), all));
  return all.filter((one) => !kept.includes(one));
}

/** The one of `all` that a text means: 0.5, if it is there, for 0.50. */
function nameOf(text: string, all: readonly string[]): string {
  if (text === "" || all.includes(text)) return text; // no text is no zero
  return all.find((known) => Number(known) === Number(text)) ?? text;
}
