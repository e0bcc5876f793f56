import { existsSync } from "node:fs";
import { type Config, generatorOf } from "../config/config.ts";
import { loadConfig, override } from "../config/load.ts";
import { labelCorrelation } from "../data/moments.ts";
import { TaskPair } from "../data/task-pair.ts";
import { UsageError } from "../errors.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { trialsTable } from "./label-trials.ts";
import { choiceOption, countOption, listOption } from "./options.ts";
import { ROW_FORMATS, writeRows } from "./rows-output.ts";

interface Options {
  readonly corr: string;
  readonly rows: string;
  readonly run: string;
  readonly seed: string;
  readonly data: string;
  readonly step: string;
  readonly heldout?: boolean;
  readonly trials?: string;
  readonly format: string;
  readonly output?: string;
  readonly overwrite?: boolean;
}

export const define: Define = (command, run) => {
  command
    .requiredOption("--corr <p>", "correlation, from -1 to 1; several with --trials, by commas")
    .option("--rows <n>", "rows", "10000")
    .option("--run <i>", "whose rows: the run's index, from 0", "0")
    .option("--seed <n>", "the sweep's seed", "0")
    .option("--data <preset>", "the generator's constants: paper, linear, keras-mmoe, google, ple", "paper")
    .option("--step <s>", "the fresh rows of step s; 0 for the fixed training set", "0")
    .option("--heldout", "the held-out rows")
    .option("--trials <n>", "no rows: the label correlation over n runs, as in Figure 2")
    .option("--format <name>", "csv or parquet", "csv")
    .option("-o, --output <file>", "the file to write (default: stdout)")
    .option("--overwrite", "replace the file")
    .addHelpText(
      "after",
      examples(
        "mmoe data --corr 0.5 --rows 10000 --run 0 -o pairs.csv",
        "mmoe data --corr 0.5 --heldout --format parquet -o heldout.parquet",
        "mmoe data --corr 0.4,0.5,0.6,0.7,0.8,0.9,0.95,0.98,1 --trials 100",
      ),
    )
    .action((options: Options) => run((context) => data(options, context)));
};

async function data(options: Options, context: Context): Promise<number> {
  const config = loadConfig("paper", [
    override("--corr", "correlations", listOption(options.corr)),
    override("--seed", "seed", options.seed),
    override("--data", "data", options.data),
  ]);
  const rows = countOption("--rows", options.rows);
  if (options.trials !== undefined) {
    const trials = countOption("--trials", options.trials);
    context.effects.stdout.write(trialsTable(config, { trials, rows }));
    return EXIT.done;
  }
  return pairs(config, rows, options, context);
}

/** The rows of one run, and on stderr their label correlation beside the closed form's. */
async function pairs(config: Config, rows: number, options: Options, { effects, note }: Context): Promise<number> {
  if (config.correlations.length > 1) {
    throw new UsageError(`--corr: expected one correlation without --trials, got '${options.corr}'`);
  }
  const correlation = config.correlations[0] as number;
  const settings = generatorOf(config);
  const identity = { seed: config.seed, run: countOption("--run", options.run, 0) };
  const step = countOption("--step", options.step, 0);
  const format = choiceOption("--format", options.format, ROW_FORMATS);
  const file = outputFile(options);
  if (format === "parquet" && file === undefined)
    throw new UsageError("--format parquet: expected a file; give -o FILE");

  const pair = new TaskPair(settings, correlation, identity);
  const chunk = (first: number, count: number) => pair.rows(options.heldout ? "heldout" : "train", count, step, first);
  const measured = writeRows({ chunk, rows, inputs: settings.inputs, format, file, stdout: effects.stdout });
  const closed = labelCorrelation(settings, correlation);
  note(`label correlation: ${measured.toFixed(5)} measured over ${rows} rows, ${closed.toFixed(5)} in closed form`);
  return EXIT.done;
}

function outputFile({ output, overwrite = false }: Options): string | undefined {
  if (output !== undefined && existsSync(output) && !overwrite) {
    throw new UsageError(`${output} exists; give another -o, or --overwrite`);
  }
  return output;
}
