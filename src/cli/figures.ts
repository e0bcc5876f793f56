import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { MMOE } from "../called-as.ts";
import { shortRuns } from "../claims/claims.ts";
import { defined } from "../defined.ts";
import { UsageError } from "../errors.ts";
import { type LeftOut, partWords } from "../figures/draw/facts.ts";
import {
  byReason,
  type Figure,
  type FigureChoices,
  isUnavailable,
  SCALES,
  STATISTICS,
  type Unavailable,
} from "../figures/draw/figure.ts";
import { type Limits, THEME_NAMES } from "../figures/draw/style.ts";
import { OWN_ROWS } from "../figures/draw/words.ts";
import { FORMATS, type Format, figureFiles, fileName } from "../figures/files.ts";
import {
  type FigureKind,
  SWEEP_FIGURES,
  type SweepFigure,
  supportedOptions,
  TRIAL_FIGURES,
} from "../figures/gallery.ts";
import { sweepOf } from "../figures/sweep-facts.ts";
import { makeFolder, writeWholeSync } from "../files.ts";
import { NO_CHOICE } from "../identity/cell.ts";
import { FIGURES, writable } from "../records/find-results.ts";
import { holdsTrials, readTrials } from "../records/label-trials.ts";
import type { Results } from "../records/read-results.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { AT_OPTION, joinedWith, LOSS_OPTION, lossOption, readEnded, WITH_OPTION } from "./loss-commands.ts";
import { choiceOption, folderOption, listOption } from "./options.ts";

/** All themes but the report page's, which takes its colours from the page. */
const THEMES = THEME_NAMES.filter((name) => name !== "page");

/** The figure that has the paper in it without --paper too. */
const VERDICTS = "verdicts";

/** The figure that may be of several folders. */
const FRONT = "front";

const NAMES = [...TRIAL_FIGURES, ...SWEEP_FIGURES].map(({ name }) => name);

const HELP = examples(
  "mmoe figures results/paper",
  "mmoe figures results/paper --only 4,5 --format svg,png,pdf --paper",
  "mmoe figures results/paper --only 4 --width 17cm --height 9cm --y-limits 0,0.3",
  "mmoe figures results/figure2 --theme print --format pdf",
  "mmoe figures results/paper --only final-loss --models omoe,mmoe",
  "mmoe figures results/weights --with results/methods",
  "mmoe figures results/paper --loss heldout --statistic median --scale log",
);

const withOptions = (command: Command) =>
  command
    .argument("<folder>", "a results folder, or one of mmoe data --trials")
    .option("--only <names>", `only these, separated by commas: ${NAMES.join(", ")}; 4 is figure4`)
    .option("--format <names>", "svg, png, pdf, separated by commas; the numbers are always written as CSV", "svg")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option(WITH_OPTION[0], `for the figure front, ${WITH_OPTION[1]}`, WITH_OPTION[2])
    .option("--statistic <name>", "over a cell's runs: mean or median", "mean")
    .option("--scale <name>", "axis of losses: linear or log", "linear")
    .option("--theme <name>", THEMES.join(", "), "light")
    .option("--paper", "draw the paper's results behind ours, and ours minus the paper's")
    .option("--sum", "in figures 4, 5 and final-loss, draw the sum of the tasks' losses, not their mean")
    .option("--letters", "name the panels a, b, c, for captions of papers")
    .option("--width <length>", "of the figure, such as 17cm, 6.9in or 498pt (default: 3.3in, a column)")
    .option("--height <length>", "of the figure; panels are stretched, texts keep their size")
    .option("--x-limits <a,b>", "ends of the axis of steps in figures 3 and 4 and train-heldout")
    .option("--y-limits <a,b>", "ends of the axis of losses in the same figures")
    .option("--title <text>", "above the figure, in bold")
    .option("--font <family>", "of all texts, which stay text; for --format svg")
    .option("--models <names>", "draw only these models, separated by commas")
    .option("--corr <list>", "draw only these correlations, separated by commas")
    .option("-o, --output <folder>", "output folder (default: figures/ in the results folder)")
    .addHelpText("after", HELP);

type FiguresOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => figures(folder, options, context)));

async function figures(folder: string, options: FiguresOptions, context: Context): Promise<void> {
  const { effects, note } = context;
  const asked = options.only === undefined ? undefined : listOption(options.only).map(figureNamed);
  const formats = listOption(options.format).map((name) => choiceOption("--format", name, FORMATS));
  const chosen = { ...chosenOptions(options), ...pageOptions(options, formats) };
  const { kinds, at, part, short, loss } = await kindsIn(folder, options, context);
  const how = { loss, ...chosen, ...(part && { without: part.without }) };
  for (const name of asked ?? []) {
    if (!kinds.some((kind) => kind.name === name))
      throw new UsageError(`${folder}: ${name}: ${elsewhere(name, options)}`);
  }
  checkLimits(options, asked ? kinds.filter(({ name }) => asked.includes(name)) : kinds);
  const drawn = kinds
    .filter(({ name }) => asked === undefined || asked.includes(name))
    .map((kind) => ({ picture: kind.draw(supportedOptions(kind, how)), how: supportedOptions(kind, how) }));
  const whole = drawn.flatMap(({ picture, how }) => (isUnavailable(picture) ? [] : [{ figure: picture, how }]));
  const lacking = drawn.map(({ picture }) => picture).filter(isUnavailable);
  const refused = asked === undefined ? [] : lacking;
  const wrong = refused.map(({ name, lacking }) => `${folder}: ${name} can't be drawn: ${lacking}`);
  const besidePaper = whole.some(({ figure, how }) => how.paper || figure.name === VERDICTS);
  const passedOver = asked === undefined ? lackingLines(lacking) : [];
  if (whole.length === 0) throw new UsageError([...wrong, ...passedOver.map((line) => `${folder}: ${line}`)]);
  for (const line of [...passedOver, ...(besidePaper ? short : [])]) note(line);
  const out = options.output === undefined ? ownFolder(folder) : folderOption("--output", options.output);
  for (const { figure, how } of whole)
    effects.stdout.write(
      `${await write(figure, join(out, fileName(figure, how, { at, part: part?.words })), formats)}\n`,
    );
  if (wrong.length > 0) throw new UsageError(wrong);
}

/** A line for each reason why figures are not drawn. */
function lackingLines(figures: readonly Unavailable[]): string[] {
  return [...byReason(figures)].map(([lacking, some]) => {
    return `${some.map(({ name }) => name).join(", ")} ${some.length === 1 ? "is" : "are"} not drawn: ${lacking}`;
  });
}

/** Where figures go by default: not through a link, which may lead anywhere. */
function ownFolder(folder: string): string {
  const path = join(folder, FIGURES);
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return path;
  throw new UsageError(`${path} is a link; give the folder as -o`);
}

function chosenOptions({ loss, statistic, scale, theme, paper, sum, letters }: FiguresOptions) {
  const asked = lossOption(loss);
  return {
    ...(asked && { loss: asked }),
    statistic: choiceOption("--statistic", statistic, STATISTICS),
    scale: choiceOption("--scale", scale, SCALES),
    theme: choiceOption("--theme", theme, THEMES),
    paper: paper === true,
    ...(sum && { sum }),
    ...(letters && { letters }),
  };
}

/** Size, limits, title and font. */
function pageOptions({ title, font, ...options }: FiguresOptions, formats: readonly Format[]) {
  const other = formats.find((format) => format !== "svg");
  if (font !== undefined && other !== undefined)
    throw new UsageError(`--font ${font} is for --format svg; ${other} files have Fira Sans in them`);
  const chosen = {
    title,
    font,
    width: lengthOption("--width", options.width),
    height: lengthOption("--height", options.height),
    xLimits: limitsOption("--x-limits", options.xLimits),
    yLimits: limitsOption("--y-limits", options.yLimits),
  };
  if (options.scale === "log" && chosen.yLimits && chosen.yLimits[0] <= 0)
    throw new UsageError(`--y-limits: expected limits above 0 for --scale log, got '${options.yLimits}'`);
  return defined(chosen);
}

/** Points in a unit of length. */
const UNITS = { cm: 72 / 2.54, in: 72, pt: 1 } as const;
/** A narrower figure has no room for its numbers, a larger one is a poster. */
const [LEAST, MOST] = [150, 3000];

function lengthOption(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, digits, unit] = /^(\d+\.?\d*|\.\d+)\s*(cm|in|pt)$/.exec(text) ?? [];
  const points = Number((Number(digits) * UNITS[unit as keyof typeof UNITS]).toFixed(1));
  const least = flag === "--width" ? LEAST : 1;
  if (points >= least && points <= MOST) return points;
  throw new UsageError(
    `${flag}: expected a length from ${least}pt to ${MOST}pt, such as 8.5cm, 3.3in or 240pt, got '${text}'`,
  );
}

function limitsOption(flag: string, text: string | undefined): Limits | undefined {
  if (text === undefined) return undefined;
  const [low = Number.NaN, high = Number.NaN, ...others] = text
    .split(",")
    .map((one) => (one.trim() === "" ? Number.NaN : Number(one)));
  if (others.length === 0 && low < high && Number.isFinite(high - low)) return [low, high];
  throw new UsageError(`${flag}: expected two rising numbers, such as 0,0.3, got '${text}'`);
}

function checkLimits(options: FiguresOptions, kinds: readonly Drawable[]): void {
  for (const [flag, key] of [
    ["--x-limits", "xLimits"],
    ["--y-limits", "yLimits"],
  ] as const) {
    if (options[key] === undefined || kinds.some(({ supports }) => supports.includes(key))) continue;
    throw new UsageError(
      `${flag} changes none of these figures: ${kinds.map(({ name }) => name).join(", ")}; leave it out`,
    );
  }
}

/** By its name, or by its number in the paper: `4`, `fig4` or `figure4`. */
function figureNamed(name: string): string {
  const numbers = NAMES.flatMap((known) => /^figure(\d)$/.exec(known)?.[1] ?? []);
  const number = /^(?:fig(?:ure)?)?(\d+)$/i.exec(name)?.[1];
  if (number !== undefined && !numbers.includes(number))
    throw new UsageError(`--only: of the paper's figures, ${numbers.join(", ")} can be drawn, got '${name}'`);
  return choiceOption("--only", number === undefined ? name : `figure${number}`, NAMES);
}

interface Drawable extends Pick<SweepFigure, "name" | "supports"> {
  readonly draw: (options: FigureChoices) => Figure | Unavailable;
}

/**
 * The kinds of figures for which a folder may have records, at the values that `--at` chooses, and the part that is drawn; the loss
 * that its config reports; and what to say where the paper is drawn beside its runs.
 */
async function kindsIn(
  folder: string,
  options: Pick<FiguresOptions, "at" | "models" | "corr" | "with">,
  context: Context,
) {
  if (!holdsTrials(folder)) {
    const own = await readEnded(folder, options.at, context);
    const results = await joinedWith(own, options, context);
    const drawn = SWEEP_FIGURES.filter(({ name }) => options.with === undefined || name === FRONT);
    const short = shortRuns(results.config);
    const { report: loss } = results.config;
    return { kinds: drawables(drawn, results), at: own.at, part: partOf(results, options), short, loss };
  }
  const given = [
    ["--at", options.at[0]],
    ["--models", options.models],
    ["--corr", options.corr],
    ["--with", options.with?.[0]],
  ] as const;
  for (const [flag, text] of given)
    if (text !== undefined) throw new UsageError(`${folder} holds no sweep, so ${flag} chooses nothing; leave it out`);
  const kinds = drawables(TRIAL_FIGURES, readTrials(folder));
  return { kinds, at: NO_CHOICE, part: undefined, short: [], loss: "train" as const }; // their figure shows no loss
}

function drawables<T>(kinds: readonly FigureKind<T>[], records: T): Drawable[] {
  return kinds.map(({ name, supports, draw }) => ({ name, supports, draw: (options) => draw(records, options) }));
}

/** Says where to find the records that this folder lacks for a figure. */
function elsewhere(name: string, options: Pick<FiguresOptions, "with">): string {
  if (options.with) return "drawn of one folder; leave out --with";
  return TRIAL_FIGURES.some((kind) => kind.name === name)
    ? `drawn from a folder of ${MMOE} data --trials 100 -o FOLDER`
    : "drawn from a results folder of mmoe sweep";
}

/** Writes a figure's files, each completely or not at all. Returns one line that says what was written. */
async function write(figure: Figure, path: string, formats: readonly Format[]): Promise<string> {
  const out = dirname(path);
  const files = await figureFiles(figure, formats);
  writable(
    out,
    () => {
      makeFolder(out);
      for (const { ending, content } of files) writeWholeSync(`${path}.${ending}`, content);
    },
    "give another -o",
  );
  return `${path}.{${files.map(({ ending }) => ending).join(",")}}: ${figure.title}`;
}

/** A part of a sweep, of which figures are drawn. */
interface SweepPart {
  readonly without: LeftOut;
  /** For the names of files. */
  readonly words: readonly string[];
}

/** What `--models` and `--corr` leave of a sweep; undefined if that is all. UsageError for names and numbers that it lacks. */
export function partOf(results: Results, options: Pick<FiguresOptions, "models" | "corr">): SweepPart | undefined {
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

/** The names in `all` that a comma-separated list leaves out; none without a list. */
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
