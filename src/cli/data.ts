import { type GeneratorConfig, generatorOf } from "../config/config.ts";
import { LARGEST_COUNT } from "../config/kinds.ts";
import { loadConfig, override } from "../config/load.ts";
import type { TrialSettings } from "../config/trials.ts";
import { correlationMatrix } from "../data/correlation-matrix.ts";
import { labelCorrelation } from "../data/moments.ts";
import { TaskSet } from "../data/task-set.ts";
import { UsageError } from "../errors.ts";
import { checkTrialsFolder, writeTrials } from "../records/label-trials.ts";
import { computationHere } from "../records/provenance.ts";
import { thousands } from "../units.ts";
import { type Define, examples } from "./command.ts";
import { checkMixture, type FitOptionTexts, isFit, withFitOptions, writeFit } from "./data-fit.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { choiceOption, countOption, listOption } from "./options.ts";
import { outputFile } from "./output-file.ts";
import { ROW_FORMATS, writeRows } from "./rows-output.ts";
import { roomOf } from "./text/blocks.ts";
import { leftOut } from "./text/rows-preview.ts";
import { measureTrials, trialsTable } from "./text/trials-table.ts";

interface Options extends FitOptionTexts {
  readonly corr?: string;
  readonly rows: string;
  readonly run: string;
  readonly data: string;
  readonly step: string;
  readonly tasks: string;
  readonly heldout?: boolean;
  readonly output?: string;
  readonly overwrite?: boolean;
}

export const define: Define = (command, run) => {
  command
    .option("--corr <p>", "correlation, from -1 to 1; several with --trials, separated by commas")
    .option("--rows <n>", "number of rows", "10000")
    .option("--run <i>", "the rows of this run: its index, from 0", "0")
    .option("--seed <n>", "the sweep's seed", "0")
    .option(
      "--data <preset>",
      "the generator's constants: four-sines, paper, linear, keras-mmoe, google, ple, or {inputs: ...}",
      "four-sines",
    )
    .option("--tasks <n>", "tasks K that share the correlation", "2")
    .option("--step <s>", "the fresh rows of step s; 0 for the fixed training set", "0")
    .option("--heldout", "the held-out rows")
    .option("--trials <n>", "instead of rows, the label correlation over n runs, as in Figure 2")
    .option("--format <name>", "csv (the default) or parquet; with --fit csv or json (default: a table)")
    .option("-o, --output <file>", "output file (default: stdout); with --trials a folder for the records")
    .option("--overwrite", "replace the output file or folder");
  withFitOptions(command)
    .addHelpText(
      "after",
      `
--fit reads the columns weight_cosine, label_pearson_mean and, if there, two_sd:
two standard deviations over trials. Each point is the mean of --trials of them.
${examples(
  "mmoe data --corr 0.5 --rows 10000 --run 0 -o pairs.csv",
  "mmoe data --corr 0.5 --heldout --format parquet -o heldout.parquet",
  "mmoe data --corr 0.4,0.5,0.6,0.7,0.8,0.9,0.95,0.98,1 --trials 100 -o figure2",
  "mmoe data --fit fig2.csv --trials 100 --sines 4,5,6",
)}`,
    )
    .action((options: Options) => {
      checkMixture(command);
      return run(async (context) =>
        isFit(options) ? writeFit(options, outputFile(options), context) : data(options, context),
      );
    });
};

/** Rows of a trial lie in memory together: these take 4 GB at 100 inputs. */
const MOST_TRIAL_ROWS = 10_000_000;

async function data(options: Options, context: Context): Promise<number> {
  if (options.corr === undefined) throw new UsageError("required option '--corr <p>' not specified");
  const config = loadConfig("paper", [
    override("--corr", "correlations", listOption(options.corr)),
    override("--seed", "seed", options.seed),
    override("--data", "data", options.data),
    override("--tasks", "tasks", options.tasks),
  ]) as GeneratorConfig;
  const rows = countOption("--rows", options.rows, 1, options.trials === undefined ? LARGEST_COUNT : MOST_TRIAL_ROWS);
  if (options.trials !== undefined) {
    if (config.tasks > 2) throw new UsageError(`--trials measures pairs of tasks; leave out --tasks ${config.tasks}`);
    const { data, seed, correlations } = config;
    return trials(
      { data, seed, correlations, trials: countOption("--trials", options.trials), rows },
      options,
      context,
    );
  }
  return pairs(config, rows, options, context);
}

/** Label correlations over trials, as a table, and as records if a folder is given. */
function trials(settings: TrialSettings, options: Options, { effects, argv }: Context): number {
  const { output, overwrite = false } = options;
  if (output !== undefined) checkTrialsFolder(output, overwrite);
  const origins = computationHere(argv);
  const measured = measureTrials(settings);
  if (output !== undefined) writeTrials(output, measured, { ...origins, end: new Date().toISOString() });
  effects.stdout.write(trialsTable(measured, roomOf(effects.stdout).table));
  return EXIT.done;
}

/** The rows of one run, and on stderr their label correlation beside the closed form's. */
async function pairs(config: GeneratorConfig, rows: number, options: Options, context: Context): Promise<number> {
  const { effects, note, commandLine } = context;
  if (config.correlations.length > 1) {
    throw new UsageError(`--corr: expected one correlation without --trials, got '${options.corr}'`);
  }
  const correlation = config.correlations[0] as number;
  const settings = generatorOf(config);
  const identity = { seed: config.seed, run: countOption("--run", options.run, 0) };
  const step = countOption("--step", options.step, 0);
  const format = choiceOption("--format", options.format ?? "csv", ROW_FORMATS);
  const file = outputFile(options);
  if (format === "parquet" && file === undefined)
    throw new UsageError("--format parquet: expected a file; give -o FILE");

  const { tasks } = config;
  const set = new TaskSet(settings, correlationMatrix(tasks, correlation, config.correlationMatrix), identity);
  const chunk = (first: number, count: number) => set.rows(options.heldout ? "heldout" : "train", count, step, first);
  const { inputs } = settings;
  const measured = await writeRows({ chunk, rows, inputs, tasks, format, file, stdout: effects.stdout });
  if (measured === undefined) return EXIT.done; // the reader has seen enough
  const closed = labelCorrelation(settings, correlation);
  const values = measured.map((value) => value.toFixed(5)).join(", ");
  const of = tasks > 2 ? " of each pair of tasks" : "";
  note(`label correlation${of}: ${values} measured over ${thousands(rows)} rows, ${closed.toFixed(5)} in closed form`);
  const left = file === undefined && effects.stdout.isTTY ? leftOut({ rows, inputs, tasks }) : undefined;
  if (left !== undefined) note(`${left}; all of them, as CSV:\n${commandLine} -o pairs.csv`);
  return EXIT.done;
}
