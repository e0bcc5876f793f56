import { type LossUnit, lossUnitOf } from "../config/loss-unit.ts";
import { UsageError } from "../errors.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import { BAD_LOSS, summarizeCells } from "../summary/cell-summary.ts";
import { type Summary, summaryOf } from "../summary/summary.ts";
import { summaryCsv } from "../summary/summary-csv.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { AT_OPTION, gapsText, headText, LOSS_OPTION, lossOption, readEnded } from "./loss-commands.ts";
import { numberOption } from "./options.ts";
import { cellsText } from "./text/summary-cells.ts";
import { comparisonsText, statisticsText } from "./text/summary-full.ts";

interface Options {
  readonly loss: string;
  readonly at: readonly string[];
  readonly bad?: string;
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
    .option("--full", "all statistics of each cell, and tests between models and between correlations")
    .option("--csv", "all that --full shows as CSV, one row for each statistic")
    .option("--json", "all that --full shows as JSON, failed runs by name")
    .addHelpText(
      "after",
      `
Failed runs are counted and named; no loss includes them. Cells are compared on
the runs that are done in both: run i saw the same rows in both.
${examples("mmoe summary results/paper", "mmoe summary results/paper --loss heldout --csv > heldout.csv")}`,
    )
    .action((folder: string, options: Options) => run((context) => summary(folder, options, context)));
};

async function summary(folder: string, options: Options, context: Context): Promise<number> {
  const loss = lossOption(options.loss);
  const bad = options.bad === undefined ? BAD_LOSS : numberOption("--bad", options.bad, 0);
  if (options.csv && options.json) throw new UsageError("--csv and --json: expected one of them");
  const results = await readEnded(folder, options.at, context);
  const write = (text: string) => context.effects.stdout.write(text);
  if (options.json) write(`${JSON.stringify({ folder, at: results.at, ...summaryOf(results, loss, bad) }, null, 2)}\n`);
  else if (options.csv) write(summaryCsv(summaryOf(results, loss, bad)));
  else {
    const cells = cellLosses(results, loss);
    write(`${headText(results, loss)}\n`);
    const unit = lossUnitOf(results.config);
    const shown = options.bad === undefined && results.config.rows !== null ? null : bad; // 1/6 is from the paper's data
    write(
      options.full
        ? fullText(cells, summaryOf(results, loss, bad), shown, unit)
        : cellsText(cells, summarizeCells(cells, bad), shown, unit),
    );
    write(gapsText(folder, cells));
  }
  return EXIT.done;
}

function fullText(cells: readonly CellLosses[], summary: Summary, bad: number | null, unit: LossUnit): string {
  return [
    cellsText(cells, summary.cells, bad, unit),
    statisticsText(summary.cells, bad !== null),
    comparisonsText(summary),
  ].join("\n");
}
