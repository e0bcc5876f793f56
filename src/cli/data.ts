import type { Config, GeneratorConfig } from "../config/config.ts";
import { LARGEST_COUNT } from "../config/kinds.ts";
import { loadConfig, override, setOverride } from "../config/load.ts";
import { unseenText } from "../config/rows.ts";
import type { TrialSettings } from "../config/trials.ts";
import { pairsOf } from "../data/correlation-matrix.ts";
import { labelCorrelation } from "../data/moments.ts";
import { GENERATOR_PRESETS } from "../data/presets.ts";
import { tableSetOf } from "../data/table-set.ts";
import type { AnyRun, FromTable } from "../engines/engine.ts";
import { isValidated, tasksIn } from "../engines/task-losses.ts";
import { type TrainingSettings, testRows } from "../engines/training-settings.ts";
import { UsageError } from "../errors.ts";
import { toCsv } from "../records/csv.ts";
import { checkTrialsFolder, writeTrials } from "../records/label-trials.ts";
import { computationHere } from "../records/provenance.ts";
import { runsAt } from "../sweep/plan.ts";
import { withTables } from "../sweep/share.ts";
import { numberOf, thousands } from "../units.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { agreeing, configFileOf } from "./one-run.ts";
import { choiceOption, collect, countOption, listOption, outputFile, writeOutput } from "./options.ts";
import { batchRows, ROW_FORMATS, type RunRows, rowCount, setRows, writeRows } from "./rows-output.ts";
import { roomOf } from "./text/blocks.ts";
import { leftOut, measureTrials, trialsTable } from "./text/rows-preview.ts";

const HELP = `
--format npy: NumPy's format, records of x [D] and y [K]; an array [N] of them,
with --steps [steps, batch].
${examples(
  "mmoe data --corr 0.5 --rows 10000 --run 0 -o pairs.csv",
  "mmoe data --corr 0.5 --heldout --format parquet -o heldout.parquet",
  "mmoe data my.yaml --run 17 --steps 1-100 --format npy -o batches.npy",
  "mmoe data --corr 0.4,0.5,0.6,0.7,0.8,0.9,0.95,0.98,1 --trials 100 -o figure2",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("[config]", "a config, preset or results folder: its rows (default: paper)")
    .option("--corr <p>", "correlation, from -1 to 1; several with --trials, separated by commas")
    .option("--rows <n>", "number of rows (default: those of the config's set; without a config 10000)")
    .option("--run <i>", "the rows of this run: its index, from 0", "0")
    .option("--seed <n>", "the sweep's seed (default: 0, or the config's)")
    .option(
      "--data <preset>",
      `the generator's constants: ${Object.keys(GENERATOR_PRESETS).join(", ")}, or {inputs: ...}`,
    )
    .option("--tasks <n>", "tasks K that share the correlation (default: 2, or the config's)")
    .option("--set <key=value>", "any other setting of the config; repeatable", collect, [])
    .option("--step <s>", "the fresh rows of step s (default: 0, the fixed training set)")
    .option("--steps <a-b>", "the batches of steps a to b, as the run trains on them")
    .option("--heldout", "the held-out rows: of a table, the test rows")
    .option("--validation", "the validation rows")
    .option("--parts", "instead of rows, which part each row of the table is of, and what test rows have alone")
    .option("--trials <n>", "instead of rows, the label correlation over n runs, as in Figure 2")
    .option("--format <name>", "csv (the default), parquet or npy")
    .option("-o, --output <file>", "output file (default: stdout); with --trials a folder for the records")
    .option("--overwrite", "replace the output file or folder")
    .addHelpText("after", HELP);

type DataOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((config, options) => run((context) => data(config, options, context)));

/** Rows of a trial lie in memory together: these take 4 GB at 100 inputs. */
const MOST_TRIAL_ROWS = 10_000_000;

/** Rows that are written where no config says how many. */
const ROWS = "10000";

async function data(file: string | undefined, options: DataOptions, context: Context): Promise<void> {
  const { corr, trials: trialCount } = options;
  const config = loadConfig(file === undefined ? "paper" : configFileOf(file), [
    ...options.set.map(setOverride),
    ...(["seed", "data", "tasks"] as const).flatMap((key) =>
      options[key] === undefined ? [] : [override(`--${key}`, key, options[key])],
    ),
    ...(corr === undefined ? [] : [override("--corr", "correlations", listOption(corr))]),
  ]);
  if (corr === undefined && file === undefined) throw new UsageError("required option '--corr <p>' not specified");
  if (corr === undefined && (config.correlations?.length ?? 0) > 1)
    throw new UsageError(`${file} has several correlations (${config.correlations?.join(", ")}); choose one by --corr`);
  if (options.parts) return parts(config, options, context);
  if (trialCount === undefined) return pairs(config, options, file !== undefined, context);
  if (config.rows !== null) throw new UsageError("--trials measures rows of the generator; leave it out");
  if (config.tasks > 2) throw new UsageError(`--trials measures pairs of tasks; leave out --tasks ${config.tasks}`);
  const rows = countOption("--rows", options.rows ?? ROWS, 1, MOST_TRIAL_ROWS);
  const { data, seed, correlations } = config as GeneratorConfig;
  return trials({ data, seed, correlations, trials: countOption("--trials", trialCount), rows }, options, context);
}

/** Label correlations over trials, as a table, and as records if a folder is given. */
function trials(settings: TrialSettings, options: DataOptions, { effects, argv }: Context): void {
  const { output, overwrite = false } = options;
  if (output !== undefined) checkTrialsFolder(output, overwrite);
  const origins = computationHere(argv);
  const measured = measureTrials(settings);
  if (output !== undefined) writeTrials(output, measured, { ...origins, end: new Date().toISOString() });
  effects.stdout.write(trialsTable(measured, roomOf(effects.stdout).table));
}

/** The part of each row of a table in one run, as CSV, and on stderr how many there are, and values that training rows lack. */
function parts(config: Config, options: DataOptions, { effects, note }: Context): void {
  if (config.rows === null) throw new UsageError("--parts: is for rows of a file; generated rows have no places");
  const run = runOf(config, options, "trainRows", "heldoutRows") as AnyRun & FromTable;
  const set = tableSetOf(run);
  const T = testRows(run.training);
  const places = {
    train: set.places("train"),
    validation: set.places("heldout").subarray(T),
    test: set.places("heldout").subarray(0, T),
  };
  const partOf = new Map(
    Object.entries(places).flatMap(([part, rows]) => [...rows].map((row) => [row, part] as const)),
  );
  const rows = [...partOf.keys()]
    .sort((a, b) => a - b)
    .map((row) => ({ row: row + 1, part: partOf.get(row) as string }));
  const file = outputFile(options);
  if (file === undefined) effects.stdout.write(toCsv(rows));
  else writeOutput(file, toCsv(rows));
  note(partsText(run, places));
  for (const part of ["validation", "test"] as const) {
    for (const [column, count] of set.unseen(places[part]))
      note(
        `${config.rows.inputs[column]}: ${numberOf(count, `${part} row`)} with a value that ${unseenText(config.rows)}`,
      );
  }
}

/** The run of `--run`, whose models and grid points must agree in some settings. */
function runOf(config: Config, options: DataOptions, ...keys: (keyof TrainingSettings)[]): AnyRun {
  const runs = runsAt(config, countOption("--run", options.run, 0));
  return withTables([agreeing(runs, keys)])[0];
}

function partsText({ index }: AnyRun, places: Readonly<Record<string, Uint32Array>>): string {
  const counts = Object.entries(places).map(([part, { length }]) => `${thousands(length)} ${part}`);
  return `run ${index}: ${counts.join(", ")} rows; rows are counted from 1, without the header`;
}

/** The rows of one run, and on stderr their label correlation beside the closed form's. */
async function pairs(config: Config, options: DataOptions, ofConfig: boolean, context: Context): Promise<void> {
  const { effects, note, commandLine } = context;
  if ((config.correlations?.length ?? 0) > 1) {
    throw new UsageError(`--corr: expected one correlation without --trials, got '${options.corr}'`);
  }
  const format = choiceOption("--format", options.format ?? "csv", ROW_FORMATS);
  const file = outputFile(options);
  if (format !== "csv" && file === undefined) throw new UsageError(`--format ${format}: expected a file; give -o FILE`);

  const run = runOf(config, options, "trainRows", "sampling", "batch", "heldoutRows");
  const rows = chosenRows(run, config, options, ofConfig);
  const measured = await writeRows({ ...rows, format, file, stdout: effects.stdout });
  if (measured === undefined) return; // the reader has seen enough
  const { inputs, tasks } = rows;
  const count = rowCount(rows.shape);
  note(correlationText(run, measured, count));
  const left = file === undefined && effects.stdout.isTTY ? leftOut({ rows: count, inputs, tasks }) : undefined;
  if (left !== undefined) note(`${left}; all of them, as CSV:\n${commandLine} -o pairs.csv`);
}

/** `ofConfig`: a config was given, and says how many rows a set has. */
function chosenRows(run: AnyRun, config: Config, options: DataOptions, ofConfig: boolean): RunRows {
  if (options.steps !== undefined) return batchRows(run, stepsOption(options.steps, options));
  const { batch, trainRows } = run.training;
  if (options.validation && !isValidated(run))
    throw new UsageError("--validation: the run has no validation rows; leave it out");
  const set = options.heldout || options.validation ? "heldout" : "train";
  const tested = testRows(run.training);
  const heldoutRows = options.validation ? run.training.heldoutRows - tested : tested;
  const step = countOption("--step", options.step ?? "0", 0);
  if (step > 0 && config.rows !== null)
    throw new UsageError("--step: the rows of a file are a fixed set; leave it out");
  const isFresh = set === "train" && trainRows === "fresh";
  if (isFresh && ofConfig && options.step === undefined && options.rows === undefined)
    throw new UsageError("the config's training rows are fresh at each step; give --steps, such as 1-100, or --step");
  const own = set === "heldout" ? heldoutRows : trainRows === "fresh" ? batch : trainRows;
  const most = config.rows === null ? LARGEST_COUNT : own;
  const count = countOption("--rows", options.rows ?? (ofConfig ? String(own) : ROWS), 1, most);
  if (!options.validation) return setRows(run, set, count, step);
  return run.correlation === null
    ? setRows(run, set, count, step, tested)
    : setRows(run, "train", count, 0, Number(trainRows));
}

/** `1-100` or `7`: the first step and the last. */
function stepsOption(text: string, { rows, step, heldout }: DataOptions): [number, number] {
  const stray = Object.entries({ "--rows": rows, "--step": step, "--heldout": heldout }).find(([, given]) => given);
  if (stray !== undefined) throw new UsageError(`${stray[0]}: --steps does not use it; leave it out`);
  const [first = "", last = first, ...more] = text.split("-");
  const from = countOption("--steps", first);
  const to = countOption("--steps", more.length === 0 ? last : text, from);
  return [from, to];
}

/** Beside the closed form, which binary labels have none of. */
function correlationText(run: AnyRun, measured: readonly number[], rows: number): string {
  const { tasks } = run.model;
  const of = tasks > 2 ? " of each pair of tasks" : "";
  const values = measured.map((value) => value.toFixed(5)).join(", ");
  const text = `label correlation${of}: ${values} measured over ${thousands(rows)} rows`;
  if (run.correlation === null || tasksIn(run).some(({ kind }) => kind !== "regression")) return text;
  const { data, correlationMatrix: matrix } = run;
  const closed = pairsOf(tasks).map(([j, k]) => labelCorrelation(data, matrix[j][k], [j, k]).toFixed(5));
  const shown = new Set(closed).size === 1 ? closed.slice(0, 1) : closed;
  return `${text}, ${shown.join(", ")} in closed form`;
}
