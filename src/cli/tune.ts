import { dirname } from "node:path";
import { MMOE } from "../called-as.ts";
import { sweepOverlap } from "../config/cells.ts";
import { LOSS } from "../config/choose-by.ts";
import { listedKeys } from "../config/schema.ts";
import type { GridKey } from "../config/settings.ts";
import { configYaml } from "../config/write.ts";
import { UsageError } from "../errors.ts";
import { type Cell, pointText } from "../identity/cell.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { engineWords } from "../records/provenance.ts";
import { configIn, type Results } from "../records/read-results.ts";
import { estimateText, leastDeciding } from "../stats/estimate.ts";
import {
  type Pick as Choice,
  tune as choose,
  TUNED_BY,
  type TunedOptions,
  type TuneMetric,
  tunedConfig,
  tuneMetric,
  validationLoss,
} from "../sweep/tune.ts";
import { shellQuoted } from "../text.ts";
import { numberOf } from "../units.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import {
  AT_OPTION,
  coverageBlocks,
  coverageOf,
  folderText,
  headOf,
  LOSS_OPTION,
  lossOption,
  readWithLoss,
} from "./loss-commands.ts";
import { choiceOption, collect, countOption, jsonText, listOption, outputFile, writeOutput } from "./options.ts";
import { searched } from "./search.ts";
import { addTrainingOptions, type SweepOptions, typedWords } from "./sweep-options.ts";
import { type Block, blocksText, roomOf } from "./text/blocks.ts";
import { cellHeads, cellNames, fewNote } from "./text/cell-names.ts";
import { goOn } from "./text/go-on.ts";

const HELP = `
Chooses the values of the listed settings by the lowest mean final loss, or by a
metric of one task, such as its AUC (--metric auc1). With rows of your own, both
are those on validation rows: no choice sees a test row. The setting chooseBy,
such as auc1, names the metric for a sweep. With -o it writes a
config with them. A point with a failed run is never chosen. The
tuned sweep has another seed, so none of its runs took part in the choice.

With --budget or --time it searches first: it trains random trials of a config,
whose options are those of mmoe sweep, and gives the best third of them more
runs, up to --runs. Settings may be lists or ranges. The same command resumes.
${examples(
  "mmoe sweep --lr 1e-4,1e-3,1e-2 --runs 20 --seed 1 --out results/rates",
  "mmoe tune results/rates --runs 200 --seed 0 -o tuned.yaml",
  "mmoe sweep tuned.yaml",
  "mmoe tune results/methods-rates --each method",
  "mmoe tune cars.yaml --budget 50 --lr 1e-4..1e-2 --batch 16,64 -o tuned.yaml",
  "mmoe tune cars.yaml --time 20m --axis mmoe.experts.layers=8,16,[32,16]",
)}`;

/** The options of a choice in a folder. */
const CHOICE = "Choice:";

const ownOptions = (command: Command) =>
  command
    .argument("[folder or config]", "a results folder; with --budget or --time a config or preset", "")
    .optionsGroup(CHOICE)
    .option("--by <what>", "choose per model, or per cell (a model at a correlation)", "model")
    .option(...LOSS_OPTION)
    .option("--metric <name>", "choose by a metric of one task instead, as runs.csv calls it, such as auc1")
    .option(...AT_OPTION)
    .option(
      "--each <settings>",
      "choose separately at each value of these listed settings, such as method; they stay lists",
    )
    .option("-o, --output <file>", "write the config of the tuned sweep (default: only show the choices)")
    .option("--overwrite", "replace the output file")
    .option("--json", "the choices and the points compared, as JSON")
    .optionsGroup("Search:")
    .option("--budget <n>", "train this many random trials of each model first")
    .option("--time <time>", "train trials for a time such as 20m, or until --budget of them are trained")
    .option(
      "--axis <model.field=values>",
      "search a field of a model, such as mmoe.experts.layers=8,16,[32,16]; repeatable",
      collect,
      [],
    );

/** Those of a choice, and those of a sweep, which a search is. */
type TuneOptions = OptionsOf<typeof ownOptions> & SweepOptions;

/** Options of a sweep that are for a choice in its folder, too. */
const OF_BOTH = ["--runs", "--seed", "--out"];

export const define: Define = (command, run) => {
  const declared = ownOptions(command);
  addTrainingOptions(command).addHelpText("after", HELP);
  const others = command.options.filter(({ helpGroupHeading, long }) => {
    return helpGroupHeading !== CHOICE && !OF_BOTH.includes(long ?? "");
  });
  declared.action((of, given) =>
    run((context) => {
      const options = given as TuneOptions;
      if (options.budget !== undefined || options.time !== undefined) return search(of, options, context);
      const [stray] = typedWords(command, others);
      if (stray !== undefined) throw new UsageError(`${stray}: is for a search; add --budget N or --time 20m`);
      return tune(of, options, context);
    }),
  );
};

async function tune(folder: string, options: TuneOptions, context: Context): Promise<void> {
  if (folder === "") throw new UsageError("expected a results folder; or a config to search, and --budget N");
  const by = choiceOption("--by", options.by, TUNED_BY);
  const { seed, runs, out } = options;
  const report = {
    ...(seed !== undefined && { seed: countOption("--seed", seed, 0) }),
    ...(runs !== undefined && { runs: countOption("--runs", runs) }),
  };
  expectOneOf(options);
  const { results, loss } = await readWithLoss(folder, options, context, "shown"); // by its refusal
  const metric = metricOf(options, results);
  checkWhole(results, cellLosses(results, loss));
  const each = eachOption(options.each, results);
  show(
    results,
    { loss, metric, by, each, ...report },
    out === undefined ? options : { output: out, ...options },
    context,
  );
}

/** Trains trials, and chooses among them. */
async function search(file: string, options: TuneOptions, context: Context): Promise<number> {
  const stray = (["each", "timeLimit"] as const).find((key) => options[key] !== undefined);
  if (stray !== undefined || options.at.length > 0 || options.by !== "model")
    throw new UsageError("--at, --by, --each and --time-limit are not for a search; leave them out");
  expectOneOf(options);
  outputFile(options);
  const asked = lossOption(options.loss);
  const choosing = (results: Results) => {
    return { loss: asked ?? results.config.report, metric: metricOf(options, results), by: "model" } as const;
  };
  const found = await searched(file || "paper", options, (results) => choose(results, choosing(results)), context);
  if (typeof found === "number") return found;
  show(found, choosing(found), options, context);
  return EXIT.done;
}

function expectOneOf({ loss, metric }: TuneOptions): void {
  if (loss !== undefined && metric !== undefined) throw new UsageError("--loss and --metric: expected one of them");
}

/** Chooses, writes the config of the tuned sweep and shows both. */
function show(results: Results, choosing: TunedOptions, options: TuneOptions, context: Context): void {
  const { loss, metric, by } = choosing;
  const file = outputFile(options) ?? null;
  const picks = choose(results, choosing);
  const config = tunedConfig(results, picks, choosing);
  if (file !== null) writeOutput(file, configYaml(config, dirname(file)));

  const { stdout } = context.effects;
  const { path: folder, at } = results;
  const of = metric ? { metric: metric.name } : { loss };
  if (options.json) stdout.write(jsonText({ folder, at, ...of, by, ...coverageOf(results), picks, file }));
  else {
    const blocks = [
      metric ? metricHead(results, metric) : headOf(results, loss),
      candidatesOf(picks, results.config.points !== null),
      picksOf(picks, sweepOverlap(results.config)),
      ...coverageBlocks(results),
      nextOf(file, results),
    ];
    stdout.write(blocksText(blocks, roomOf(stdout)));
  }
}

/** What decides in place of a loss of the run: on rows of the user's own, something on validation rows. */
function metricOf({ loss, metric }: TuneOptions, results: Results): TuneMetric | undefined {
  if (metric !== undefined) return tuneMetric(metric, results);
  if (results.config.rows === null) return undefined;
  if (loss === "heldout")
    throw new UsageError("--loss heldout: no choice may see a test row; leave it out to choose by the validation loss");
  if (loss !== undefined) return undefined;
  const { chooseBy } = results.config;
  return chooseBy === LOSS ? validationLoss(results) : tuneMetric(chooseBy, results);
}

function metricHead(results: Results, { name, meaning, isHigherBetter }: TuneMetric): Block {
  return { before: `${folderText(results)}\n${name}, ${meaning}; ${isHigherBetter ? "higher" : "lower"} is better` };
}

function nextOf(file: string | null, results: Results): Block {
  if (file === null) return { before: "nothing is written; -o FILE writes the config of the tuned sweep" };
  const words = [file, ...engineWords(results)].map(shellQuoted);
  return { before: `${file}: train it with:`, command: `${MMOE} sweep ${words.join(" ")}` };
}

/** Some of the listed settings; at least one is left to choose. */
function eachOption(text: string | undefined, { config, path }: Results): GridKey[] {
  if (text === undefined) return [];
  const listed = listedKeys(config);
  const wrong = listOption(text).find((word) => !listed.some((key) => key === word));
  if (wrong !== undefined)
    throw new UsageError(`--each: expected some of ${listed.join(", ")}, which ${path} lists, got '${wrong}'`);
  const each = listed.filter((key) => listOption(text).includes(key));
  if (each.length < listed.length) return each;
  throw new UsageError(`--each: expected a listed setting to be left to choose, got all: ${listed.join(", ")}`);
}

/** Refuses what can't be chosen from: a sweep without lists, or with runs missing. */
function checkWhole(results: Results, cells: ReturnType<typeof cellLosses>): void {
  const { path, config } = results;
  const listed = listedKeys(configIn(path));
  if (listed.length > 0 && listedKeys(config).length === 0)
    throw new UsageError(`--at: expected a listed setting to be left to choose, got all: ${listed.join(", ")}`);
  if (listed.length === 0 && config.points === null)
    throw new UsageError(
      `${path}: no setting has several values; train a grid first, such as ${MMOE} sweep --lr 0.001,0.01`,
    );
  const missing = cells.reduce((sum, cell) => sum + cell.missing, 0);
  if (missing === 0) return;
  const runs = `${numberOf(missing, "run")} ${missing === 1 ? "is" : "are"}`;
  throw new UsageError(`${path}: ${runs} missing, which might choose otherwise; train them with: ${goOn(path)}`);
}

/** Most points of a model that are shown of a search. */
const SHOWN = 20;

/** Every point of each model, or cell, with its mean loss; of a search the best, with their runs. The chosen ones are marked. */
export function candidatesOf(picks: readonly Choice[], isSearch = false): Block {
  const keys = [...new Set(picks.flatMap(({ chosen }) => Object.keys(chosen)))];
  const most = isSearch ? SHOWN : Number.POSITIVE_INFINITY;
  const rows = picks.flatMap((pick) =>
    pick.candidates
      .slice(0, most)
      .map(({ point, mean, runs, failed }) => [
        ...cellNames(cellOf(pick)),
        ...keys.map((key) => String(point[key] ?? "")),
        ...(isSearch ? [String(runs)] : []),
        ...[estimateText(mean, 4, runs), String(failed), point === pick.chosen ? "<" : ""],
      ]),
  );
  const more = picks.reduce((sum, { candidates }) => sum + Math.max(0, candidates.length - most), 0);
  const few = fewNote(isSearch ? [] : picks.flatMap(({ candidates }) => candidates.map(({ runs }) => runs)));
  const after = [...few, ...(more > 0 ? [`and ${numberOf(more, "trial")} more, which --json has`] : [])];
  const heads = [...keys, ...(isSearch ? ["runs"] : []), "mean [95 %]", "failed", ""];
  return {
    rows: [[...cellHeads(picks.map(cellOf)), ...heads], ...rows],
    ...(after.length > 0 && { after: after.join() }),
  };
}

/** How sure each choice is. */
export function picksOf(picks: readonly Choice[], overlap = 0): Block {
  const rows = picks.map((pick) => [
    ...cellNames(cellOf(pick)),
    pointText(pick.chosen),
    pick.next === undefined ? "none" : pointText(pick.next.point),
    pick.next === undefined ? "-" : estimateText(pick.next.behind, 4, pick.next.runs),
    pick.sure ? "yes" : "no",
    pick.atEnd.length > 0 ? `at an end of ${pick.atEnd.join(", ")}` : "",
  ]);
  const header = [...cellHeads(picks.map(cellOf)), "chosen", "next best", "behind by [95 %]", "sure", ""];
  return { rows: [header, ...rows], lean: ["next best"], after: captionOf(leastDeciding(overlap)) };
}

function captionOf(least: number): string {
  return `sure: the interval over pairs of runs lies above 0, of ${least} runs or more
at an end: the least or the greatest of its list; a better one may lie beyond`;
}

function cellOf({ model, correlation, at }: Choice): Cell {
  return { model, correlation: correlation ?? null, point: at };
}
