import { join } from "node:path";
import { configIn } from "../records/read-results.ts";
import { reportHtml } from "../report/report.ts";
import { checkReportFile, writeReport } from "../report/write-report.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { AT_OPTION, LOSS_OPTION, lossOption, readEnded } from "./loss-commands.ts";

interface Options {
  readonly output?: string;
  readonly loss: string;
  readonly at: readonly string[];
  readonly overwrite?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("<folder>", "a results folder, also of a sweep that still runs")
    .option("-o, --output <file>", "the file to write (default: report.html in the folder)")
    .option(...LOSS_OPTION)
    .option(...AT_OPTION)
    .option("--overwrite", "replace a file that is not a report")
    .addHelpText(
      "after",
      `\nThe page has all losses; --loss says which one it shows first.\n${examples(
        "mmoe report results/paper",
        "mmoe report results/paper -o report.html --loss heldout",
      )}`,
    )
    .action((folder: string, options: Options) => run((context) => report(folder, options, context)));
};

async function report(folder: string, options: Options, context: Context): Promise<number> {
  const { output: file = join(folder, "report.html"), overwrite = false } = options;
  const loss = lossOption(options.loss);
  configIn(folder);
  checkReportFile(file, { overwrite });
  const results = await readEnded(folder, options.at, context);
  writeReport(file, reportHtml(results, loss));
  context.effects.stdout.write(`${file}\n`);
  return EXIT.done;
}
