import type { Command } from "commander";
import { type Fit, fitConstants } from "../data/fit.ts";
import { distinctSets, spreadsOf } from "../data/fit-sets.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import { GENERATOR_LIMITS } from "../data/settings.ts";
import { UsageError } from "../errors.ts";
import { writable } from "../records/find-results.ts";
import { writeWholeSync } from "../write-whole.ts";
import { readPoints } from "./correlation-points.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { choiceOption, countOption, listOption, numberOption } from "./options.ts";
import { type FitLimits, type FitResult, fitCsv, fitJson, fitText } from "./text/fit-text.ts";

/** The options of `mmoe data` that the fit reads, as texts. */
export interface FitOptionTexts {
  readonly fit?: string;
  readonly sines: string;
  readonly starts: string;
  readonly seed?: string;
  readonly noiseStd: string;
  readonly trials?: string;
  readonly top: string;
  readonly apart: string;
  readonly within: string;
  readonly format?: string;
}

type FitCommand = FitOptionTexts & { readonly fit: string };

export function isFit<T extends FitOptionTexts>(options: T): options is T & { readonly fit: string } {
  return options.fit !== undefined;
}

export function withFitOptions(command: Command): Command {
  return command
    .option("--fit <csv>", "instead of rows, constants whose label correlations fit the points of a CSV file")
    .option("--sines <m>", "with --fit: sines of the constants; several numbers, separated by commas", "5")
    .option("--starts <n>", "with --fit: random constants to start from, named by --seed", "100")
    .option("--noise-std <sd>", "with --fit: standard deviation of the label noise", "0.1")
    .option("--top <n>", "with --fit: sets to show, the best", "10")
    .option("--apart <loss>", "with --fit: sets are distinct if a rung of their ladders differs by more", "0.02")
    .option("--within <d>", "with --fit: show where constants lie whose largest difference is at most this", "0.0015");
}

const ONLY_FIT = ["sines", "starts", "noiseStd", "top", "apart", "within"];
const ONLY_ROWS = ["corr", "rows", "run", "step", "steps", "heldout", "tasks", "data", "set"];

/** Refuses options of the rows beside --fit, and options of the fit without it: UsageError. */
export function checkMixture(command: Command, config: string | undefined): void {
  const isGiven = (name: string) => command.getOptionValueSource(name) === "cli";
  const stray = (isGiven("fit") ? ONLY_ROWS : ONLY_FIT).find(isGiven);
  if (isGiven("fit") && config !== undefined) throw new UsageError(`${config}: --fit uses no config; leave it out`);
  if (stray === undefined) return;
  const flag = command.options.find((option) => option.attributeName() === stray)?.long;
  throw new UsageError(
    isGiven("fit") ? `${flag}: --fit does not use it; leave it out` : `${flag}: only --fit uses it; add --fit FILE`,
  );
}

const FORMATS = ["csv", "json"] as const;
const MOST_STARTS = 1_000_000;
/** More sines than any points tell apart. */
const MOST_SINES = 20;

/** Constants of the generator that fit the points of a file, as a table, CSV or JSON, on stdout or into `file`. */
export function writeFit(options: FitCommand, file: string | undefined, context: Context): number {
  const numbers = listOption(options.sines).map((text) => countOption("--sines", text, 0, MOST_SINES));
  const trials = options.trials === undefined ? 1 : countOption("--trials", options.trials);
  const limits = {
    top: countOption("--top", options.top),
    apart: numberOption("--apart", options.apart, 0),
    within: numberOption("--within", options.within, 0),
  };
  const format = options.format === undefined ? "text" : choiceOption("--format", options.format, FORMATS);
  const search = {
    starts: countOption("--starts", options.starts, 1, MOST_STARTS),
    seed: countOption("--seed", options.seed ?? "0", 0),
    noiseStd: noiseOf(options.noiseStd),
    inputs: GENERATOR_PRESETS.paper.settings.inputs,
  };
  const points = readPoints(options.fit, trials);
  const progress = startsProgress(search.starts * numbers.length, context);
  const results = numbers.map((sines) => {
    const fits = fitConstants(points, { ...search, sines, onStart: () => progress.step() });
    return resultOf(fits, { ...limits, sines });
  });
  progress.stop();
  write(
    file,
    { csv: fitCsv, json: fitJson, text: fitText }[format]({ ...limits, ...search, points, results }),
    context,
  );
  return EXIT.done;
}

function noiseOf(text: string): number {
  const value = numberOption("--noise-std", text, 0);
  if (value <= GENERATOR_LIMITS.noiseStd) return value;
  throw new UsageError(`--noise-std: expected a number from 0 to ${GENERATOR_LIMITS.noiseStd}, got '${text}'`);
}

function resultOf(fits: readonly Fit[], { sines, top, apart, within }: FitLimits & { sines: number }): FitResult {
  if (fits.length === 0) {
    throw new UsageError(`--sines ${sines}: no start led to constants that the generator can have; give more --starts`);
  }
  const near = fits.filter(({ largest }) => largest <= within);
  return { sines, sets: distinctSets(fits, apart).slice(0, top), near: near.length, spreads: spreadsOf(near) };
}

function write(file: string | undefined, text: string, { effects }: Context): void {
  if (file === undefined) effects.stdout.write(text);
  else writable(file, () => writeWholeSync(file, text), "give another -o");
}

/** A search that is shorter than this shows no progress. */
const SHORT_MS = 1000;

/** How many starts are done, on one line of a terminal that is empty again at the end. */
function startsProgress(starts: number, { effects, quiet }: Context): { step(): void; stop(): void } {
  const begin = Date.now();
  const shows = effects.stderr.isTTY === true && !quiet;
  let done = 0;
  let percent = 0;
  return {
    step() {
      done++;
      const now = Math.floor((100 * done) / starts);
      if (!shows || now === percent || Date.now() - begin < SHORT_MS) return;
      percent = now;
      effects.stderr.write(`\r${done} of ${starts} starts, ${percent} %`);
    },
    stop() {
      if (percent > 0) effects.stderr.write("\r\u001b[K");
    },
  };
}
