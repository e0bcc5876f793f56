import { Command } from "commander";
import { choiceOption, countOption, listOption, numberOption } from "../../../src/cli/options.ts";
import { GENERATOR_PRESETS } from "../../../src/data/presets.ts";
import { GENERATOR_LIMITS } from "../../../src/data/settings.ts";
import { UsageError } from "../../../src/errors.ts";
import { type Fit, fitConstants, squaresOf } from "./fit.ts";
import { readPoints } from "./points.ts";
import { distinctSets, spreadsOf } from "./sets.ts";
import { type FitLimits, type FitResult, fitCsv, fitText } from "./text.ts";

interface Options {
  readonly sines: string;
  readonly starts: string;
  readonly seed: string;
  readonly noiseStd: string;
  readonly trials: string;
  readonly rows?: string;
  readonly top: string;
  readonly most?: string;
  readonly apart: string;
  readonly within: string;
  readonly format: string;
}

/** `npm run research -- fit`. */
const fitCommand = (): Command =>
  new Command("npm run research -- fit")
    .argument("<csv>", "points: columns weight_cosine, label_pearson_mean and, if known, two_sd")
    .option("--sines <m>", "sines of the constants; several numbers, separated by commas", "5")
    .option("--starts <n>", "random constants to start from, named by --seed", "100")
    .option("--seed <n>", "random seed", "0")
    .option("--noise-std <sd>", "standard deviation of the label noise", "0.1")
    .option("--trials <n>", "trials whose mean each point is", "1")
    .option("--rows <n>", "rows of each trial; fits the error bars as well")
    .option("--top <n>", "number of sets to show, the best", "10")
    .option("--most <x>", "show no set with a larger chi-square, of points and bars together")
    .option("--apart <loss>", "sets are distinct if a rung of their ladders differs by more", "0.02")
    .option("--within <d>", "show where constants lie whose largest difference is at most this", "0.0015")
    .option("--format <name>", "table or csv", "table");

const MOST_STARTS = 1_000_000;
/** More sines than any points tell apart. */
const MOST_SINES = 20;

/** Constants of the generator that fit the points of a file, as a table or CSV. Throws UsageError for wrong options. */
export function fitted(argv: readonly string[]): string {
  const command = fitCommand().parse(argv, { from: "user" });
  const [file] = command.args as [string];
  const options = command.opts<Options>();
  const numbers = listOption(options.sines).map((text) => countOption("--sines", text, 0, MOST_SINES));
  const limits = {
    top: countOption("--top", options.top),
    most: options.most === undefined ? Number.POSITIVE_INFINITY : numberOption("--most", options.most, 0),
    apart: numberOption("--apart", options.apart, 0),
    within: numberOption("--within", options.within, 0),
  };
  const search = {
    starts: countOption("--starts", options.starts, 1, MOST_STARTS),
    seed: countOption("--seed", options.seed, 0),
    noiseStd: noiseOf(options.noiseStd),
    inputs: GENERATOR_PRESETS.paper.settings.inputs,
  };
  const print = { csv: fitCsv, table: fitText }[choiceOption("--format", options.format, ["csv", "table"])];
  const points = readPoints(file, trialsOf(options));
  const results = numbers.map((sines) => resultOf(fitConstants(points, { ...search, sines }), { ...limits, sines }));
  return print({ ...limits, ...search, points, results });
}

function trialsOf({ trials, rows }: Options): Parameters<typeof readPoints>[1] {
  if (rows === undefined) return { trials: countOption("--trials", trials) };
  return { trials: countOption("--trials", trials, 2), rows: countOption("--rows", rows) };
}

function noiseOf(text: string): number {
  const value = numberOption("--noise-std", text, 0);
  if (value <= GENERATOR_LIMITS.noiseStd) return value;
  throw new UsageError(`--noise-std: expected a number from 0 to ${GENERATOR_LIMITS.noiseStd}, got '${text}'`);
}

function resultOf(fits: readonly Fit[], { sines, top, most, apart, within }: FitLimits & { sines: number }): FitResult {
  if (fits.length === 0) {
    throw new UsageError(`--sines ${sines}: no start led to constants that the generator can have; give more --starts`);
  }
  const near = fits.filter(({ largest }) => largest <= within);
  const sets = distinctSets(fits, apart).filter((set) => squaresOf(set) <= most);
  return { sines, sets: sets.slice(0, top), near: near.length, spreads: spreadsOf(near) };
}

/** `fit FILE [OPTION ...]`: prints constants of the generator whose label correlations fit the points of a CSV file. */
export function run(argv: readonly string[]): void {
  process.stdout.write(fitted(argv));
}
