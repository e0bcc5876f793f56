import { type LossUnit, lossUnitOf } from "../config/loss-unit.ts";
import { UsageError } from "../errors.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { BAD_LOSS, summarizeCells } from "../summary/cell-summary.ts";
import { type Rungs, rungsOf } from "../summary/rungs.ts";
import { type Summary, summaryOf } from "../summary/summary.ts";
import { summaryCsv } from "../summary/summary-csv.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { AT_OPTION, gapsText, headText, LOSS_OPTION, lossOption, readEnded } from "./loss-commands.ts";
import { numberOption } from "./options.ts";
import { rungsText } from "./text/rungs-text.ts";
import { cellsText } from "./text/summary-cells.ts";
import { comparisonsText, statisticsText } from "./text/summary-full.ts";

interface Options {
  readonly loss: string;
  readonly at: readonly string[];
  readonly bad?: string;
  readonly rungs?: boolean;
  readonly full?: boolean;
  readonly csv?: boolean;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("<folder>", "a results folder, also of a sweep that still runs")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--bad <loss>", "a run with a higher final loss is in a bad minimum (default: 1/6)")
    .option("--rungs", "how many runs end on each rung of the ladder, and what runs in bad minima lack")
    .option("--full", "all statistics of each cell, and tests between models and between correlations")
    .option("--csv", "all that --full shows as CSV, one row for each statistic")
    .option("--json", "all that --full shows as JSON, failed runs by name")
    .addHelpText(
      "after",
      `
Failed runs are counted and named; no loss includes them. Cells are compared on
the runs that are done in both: run i saw the same rows in both.

Rung j of the ladder is the loss of the best predictor that lacks the j fastest
sines of the labels. A task is on the rung that is nearest to its final loss. A
running mean also says how fast a run learned, so --rungs takes another loss.
${examples("mmoe summary results/paper", "mmoe summary results/paper --loss heldout --csv > heldout.csv")}`,
    )
    .action((folder: string, options: Options) => run((context) => summary(folder, options, context)));
};

async function summary(folder: string, options: Options, context: Context): Promise<number> {
  const loss = lossOption(options.loss);
  const bad = options.bad === undefined ? BAD_LOSS : numberOption("--bad", options.bad, 0);
  if (options.csv && options.json) throw new UsageError("--csv and --json: expected one of them");
  if (options.rungs && loss === "running")
    throw new UsageError("--rungs: a running mean also says how fast a run learned; give --loss train or heldout");
  const results = await readEnded(folder, options.at, context);
  if (options.rungs && results.config.rows !== null)
    throw new UsageError(
      `--rungs: ${folder} is on rows of a file, and the ladder is of the generator's labels; leave it out`,
    );
  const write = (text: string) => context.effects.stdout.write(text);
  if (options.json) write(`${JSON.stringify({ folder, at: results.at, ...summaryOf(results, loss, bad) }, null, 2)}\n`);
  else if (options.csv) write(summaryCsv(summaryOf(results, loss, bad)));
  else {
    const cells = cellLosses(results, loss);
    write(`${headText(results, loss)}\n`);
    const unit = lossUnitOf(results.config);
    const shown = options.bad === undefined && results.config.rows !== null ? null : bad; // 1/6 is from the paper's data
    if (options.full) write(fullText(cells, summaryOf(results, loss, bad), shown, unit));
    else {
      write(cellsText(cells, summarizeCells(cells, bad), shown, unit));
      if (options.rungs) write(`\n${rungsIn(rungsOf(results, loss, bad) ?? null)}`);
    }
    write(gapsText(folder, cells));
  }
  return EXIT.done;
}

function fullText(cells: readonly CellLosses[], summary: Summary, bad: number | null, unit: LossUnit): string {
  return [
    cellsText(cells, summary.cells, bad, unit),
    statisticsText(summary.cells, bad !== null),
    rungsIn(summary.rungs),
    comparisonsText(summary),
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function rungsIn(rungs: Rungs | null): string {
  return rungs === null ? "" : rungsText(rungs);
}
