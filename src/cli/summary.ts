import { areLabelsPlain } from "../config/generated.ts";
import { lossUnitOf } from "../config/loss-unit-of.ts";
import type { LossSet } from "../config/losses.ts";
import { coverageText } from "../config/rows.ts";
import { didYouMean } from "../config/suggest.ts";
import { taskNames } from "../config/task-kinds.ts";
import { UsageError } from "../errors.ts";
import { cellLosses } from "../records/cell-losses.ts";
import { toCsv } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { LEAST_SHOWN } from "../stats/estimate.ts";
import { BAD_LOSS } from "../summary/bad-loss.ts";
import { costCsv, modelCosts } from "../summary/cost.ts";
import { frontRows, frontsOf } from "../summary/front.ts";
import { leadingCells, leadingMetric } from "../summary/leading.ts";
import { plannedRuns, plannedRunsCsv } from "../summary/planned-runs.ts";
import { modelsOnRows } from "../summary/row-pairs.ts";
import { hasBadMinima, rungsOf } from "../summary/rungs.ts";
import { SHARE_NOTHING, seesawCsv, seesawOf, sharesNothing } from "../summary/seesaw.ts";
import { memorisedText, summarizeCells, summaryCsv, summaryOf } from "../summary/summary.ts";
import { hasManyKinds, type TaskSummary, taskSummaries } from "../summary/task-summary.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import {
  AT_OPTION,
  coverageBlocks,
  coverageOf,
  folderText,
  gapsIn,
  gapsOf,
  headOf,
  joinedWith,
  LOSS_OPTION,
  lossHead,
  lossOption,
  RESULTS,
  readEnded,
  readWithLoss,
  WITH_OPTION,
} from "./loss-commands.ts";
import { FORMAT_OPTION, formatOption, numberOption, writeAs } from "./options.ts";
import { type Block, roomOf } from "./text/blocks.ts";
import { frontBlocks } from "./text/front-text.ts";
import { goOn } from "./text/go-on.ts";
import { leadingBlock, summaryCells } from "./text/summary-table.ts";
import {
  comparisonsOf,
  costsOf,
  gainsOf,
  plannedBlock,
  rowPairBlocks,
  rungTablesOf,
  statisticsOf,
  taskTables,
} from "./text/summary-text.ts";

const HELP = `
Failed runs are counted and named; no loss includes them. Cells are compared on
the runs that are done in both: run i saw the same rows in both.

Rung j of the ladder is the loss of the best predictor that lacks the j fastest
sines of the labels. A task is on the rung nearest to its final loss. A running
mean also reflects how fast a run learned, so --rungs uses another loss.

The gain of a task is the final loss of the other model minus that of this one,
divided by the former. single-task has as many parameters in total as mmoe;
single-task-wide gives each task the units of all of mmoe's experts.
${examples("mmoe summary results/paper", "mmoe summary results/paper --loss heldout --csv > heldout.csv", "mmoe summary results/zoo --seesaw --against single-task-wide", "mmoe summary results/zoo --cost --format csv > cost.csv")}`;

const withOptions = (command: Command) =>
  command
    .argument(...RESULTS)
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--bad <loss>", "a run with a higher final loss is in a bad minimum (default: 1/6)")
    .option("--rungs", "how many runs end on each rung of the ladder, and what runs in bad minima lack")
    .option("--per-task", "the loss and the metrics of each task (by default if tasks are of different kinds)")
    .option("--full", "all statistics of each cell, and tests between models and between correlations")
    .option("--seesaw", "what each task gains over a model that shares nothing, in place of the losses")
    .option(
      "--against <model>",
      `with --seesaw, the model to gain over (default: ${SHARE_NOTHING.join(", else ")}, else your own)`,
    )
    .option("--front", "what static task weights reach, and how far methods are from that, in place of the losses")
    .option(WITH_OPTION[0], `with --front, ${WITH_OPTION[1]}`, WITH_OPTION[2])
    .option("--plan <size>", "how many runs tell two models apart whose mean losses differ by so much")
    .option("--cost", "parameters, FLOP and time of each model, in place of the losses")
    .option(...FORMAT_OPTION)
    .option("--csv", "as --format csv: all of --full, or of another table, a row for each statistic")
    .option("--json", "as --format json: all of --full, or of another table, failed runs by name")
    .addHelpText("after", HELP);

type SummaryOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => shown(folder, options, context)));

/** Tables in place of the losses, and the options that each takes. */
const TABLES = {
  seesaw: { show: seesaw, takes: ["against", "loss"] },
  front: { show: front, takes: ["loss", "with"] },
  cost: { show: cost, takes: [] },
  plan: { show: plan, takes: ["loss"] },
} as const;
type Table = keyof typeof TABLES;
/** The options that the table of losses takes. */
const OF_LOSSES = ["loss", "bad", "rungs", "perTask", "full"] as const;

async function shown(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const table = (Object.keys(TABLES) as Table[]).find((name) => options[name]);
  const { show, takes } = table ? TABLES[table] : { show: summary, takes: OF_LOSSES };
  const others = [...(Object.keys(TABLES) as Table[]), "against", "with", ...OF_LOSSES] as const;
  const other = others.find(
    (name) => name !== table && options[name] !== undefined && !takes.some((own) => own === name),
  );
  if (other !== undefined) {
    const flag = other === "perTask" ? "--per-task" : `--${other}`;
    throw new UsageError(
      table
        ? `${flag}: --${table} does not take it; leave one out`
        : `${flag}: expected --${other === "with" ? "front" : "seesaw"} with it`,
    );
  }
  return show(folder, options, context);
}

async function summary(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const bad = options.bad === undefined ? BAD_LOSS : numberOption("--bad", options.bad, 0);
  const format = formatOption(options);
  if (options.rungs && lossOption(options.loss) === "running")
    throw new UsageError("--rungs: a running mean also reflects how fast a run learned; give --loss train or heldout");
  const { results, loss: reported } = await readWithLoss(folder, options, context, gapsIn(format));
  const { config } = results;
  const loss = options.rungs && reported === "running" ? "train" : reported;
  if (options.rungs && config.rows !== null)
    throw new UsageError(`--rungs: ${folder} uses rows of a file, and only generated labels have a ladder; omit it`);
  if (options.rungs && !areLabelsPlain(config))
    throw new UsageError(
      `--rungs: the config changes the generator's labels, and the ladder is of these; leave it out`,
    );
  const { stdout } = context.effects;
  const isPerTask = options.perTask ?? hasManyKinds(results);
  const tasks = isPerTask ? taskSummaries(results, loss) : [];
  const whole = () => summaryOf(results, loss, bad);
  writeAs(stdout, format, {
    csv: () => summaryCsv(whole(), tasks),
    json: () => ({
      folder,
      at: results.at,
      coverage: coverageText(results.config.rows),
      ...(shownIntervals({ ...whole(), ...(isPerTask && { tasks }) }) as object),
      onRows: modelsOnRows(results),
    }),
    // Markdown has no room for histograms
    blocks: () => blocksOf(results, options, { bad, loss, tasks, room: format === "table" ? roomOf(stdout).table : 0 }),
  });
}

interface TableChoices {
  readonly bad: number;
  readonly loss: LossSet;
  readonly tasks: readonly TaskSummary[];
  readonly room: number;
}

/** The table of final losses, and what is asked for below it. */
function blocksOf(results: Results, options: SummaryOptions, { bad, loss, tasks, room }: TableChoices): Block[] {
  const { config } = results;
  const isBadShown = options.bad !== undefined || hasBadMinima(config);
  const shown = { bad: isBadShown ? bad : null, unit: lossUnitOf(config), room };
  const cells = cellLosses(results, loss);
  const leading = options.loss === undefined ? leadingMetric(config) : undefined;
  const head = leading
    ? [leadingBlock(leadingCells(results, leading, "test"), leading, folderText(results)), lossHead(loss)]
    : [headOf(results, loss)];
  const warnings = [coverageText(config.rows), memorisedText(results)].filter((text) => text !== "");
  const ends = [...warnings.map((before) => ({ before })), ...gapsOf(results, cells)];
  const summary = options.full ? summaryOf(results, loss, bad) : undefined;
  const rungs = options.rungs && !summary ? rungsOf(results, loss, bad) : summary?.rungs;
  const rungTables = rungs ? rungTablesOf(rungs) : [];
  const table = summaryCells(cells, summary?.cells ?? summarizeCells(cells, bad), shown);
  if (!summary) return [...head, ...table, ...taskTables(tasks), ...rungTables, ...ends];
  return [
    ...head,
    ...table,
    ...statisticsOf(summary.cells, isBadShown),
    ...rungTables,
    ...comparisonsOf(summary),
    ...taskTables(tasks),
    ...rowPairBlocks(modelsOnRows(results), "between models on the same test rows, the first minus the second:"),
    ...ends,
  ];
}

/** `value` without its intervals over few runs or pairs, which tables do not show either. */
function shownIntervals(value: unknown, count = Number.POSITIVE_INFINITY): unknown {
  if (Array.isArray(value)) return value.map((one) => shownIntervals(one, count));
  if (typeof value !== "object" || value === null) return value;
  const { n, pairs, runs, loss } = value as { n?: number; pairs?: number; runs?: number; loss?: { n?: number } };
  const own = n ?? pairs ?? runs ?? loss?.n ?? count;
  const isFew = own < LEAST_SHOWN && "low" in value && "high" in value;
  const entries = Object.entries(isFew ? { ...value, low: null, high: null } : value);
  return Object.fromEntries(entries.map(([key, inner]) => [key, shownIntervals(inner, own)]));
}

/** Size, FLOP and time of each model. */
async function cost(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const format = formatOption(options);
  const results = await readEnded(folder, options.at, context);
  const models = modelCosts(results.config, results.records);
  writeAs(context.effects.stdout, format, {
    csv: () => costCsv(models),
    json: () => ({ folder, at: results.at, models }),
    blocks: () => costsOf(folderText(results), models),
  });
}

/** How many runs tell models apart that differ by a size. */
async function plan(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const size = numberOption("--plan", options.plan ?? "", 0);
  if (size === 0) throw new UsageError("--plan: expected a number above 0, got '0'");
  const format = formatOption(options);
  const { results, loss } = await readWithLoss(folder, options, context, gapsIn(format));
  const cells = cellLosses(results, loss);
  const planned = plannedRuns(cells, size);
  if (planned.length === 0)
    throw new UsageError(`${folder} has one model; train another with: ${goOn(results.path, "--models", "mmoe")}`);
  writeAs(context.effects.stdout, format, {
    csv: () => plannedRunsCsv(planned, size),
    json: () => ({ folder, at: results.at, loss, size, ...coverageOf(results), planned }),
    blocks: () => [
      headOf(results, loss),
      plannedBlock(planned, size),
      ...coverageBlocks(results),
      ...gapsOf(results, cells),
    ],
  });
}

/** What each task gains over a model that shares nothing. */
async function seesaw(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const format = formatOption(options);
  const { results, loss } = await readWithLoss(folder, options, context, gapsIn(format));
  const found = seesawOf(results, loss, againstIn(results, options.against));
  if (found.cells.length === 0) throw new UsageError(noPair(results, found.against));
  writeAs(context.effects.stdout, format, {
    csv: () => seesawCsv(found),
    json: () => ({ folder, at: results.at, ...coverageOf(results), ...found }),
    blocks: () => [
      headOf(results, loss, `gain over ${found.against}, in percent`),
      ...gainsOf(found),
      ...coverageBlocks(results),
      ...gapsOf(results, cellLosses(results, loss)),
    ],
  });
}

/** What static weights reach, and methods beside them. */
async function front(folder: string, options: SummaryOptions, context: Context): Promise<void> {
  const format = formatOption(options);
  const { results: own, loss } = await readWithLoss(folder, options, context, gapsIn(format));
  const results = await joinedWith(own, options, context);
  const fronts = frontsOf(results, loss);
  if (fronts.length === 0)
    throw new UsageError(
      `${folder}: no two static task weights have runs in common; train them with --method sum --task-weights front:5, and give a folder of their own by --with`,
    );
  writeAs(context.effects.stdout, format, {
    csv: () => toCsv(fronts.flatMap((one) => frontRows(one, loss))),
    json: () => ({ folder, with: options.with ?? [], at: results.at, loss, ...coverageOf(results), fronts }),
    blocks: () => [
      headOf(results, loss, ...(options.with ?? []).map((other) => `with ${other}`)),
      ...frontBlocks(fronts, taskNames(results.config)),
      ...coverageBlocks(results),
      ...gapsOf(own, cellLosses(own, loss)),
    ],
  });
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
