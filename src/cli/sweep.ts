import { totalmem } from "node:os";
import type { Layer } from "../config/check.ts";
import type { Config } from "../config/config.ts";
import { loadConfig, override, setOverride } from "../config/load.ts";
import type { Engine, Run } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { checkFolder, defaultFolder, ResultsFolder } from "../records/results-folder.ts";
import { ENGINE_NAMES, loadEngine, TFJS_BACKENDS } from "../sweep/engines.ts";
import { executeRuns } from "../sweep/execute.ts";
import { planRuns } from "../sweep/plan.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { megabytes } from "./format.ts";
import { choiceOption, countOption, listOption } from "./options.ts";
import { describePlan } from "./plan-text.ts";
import { progressFor } from "./progress.ts";
import { stopOnSignals } from "./stop.ts";
import { summaryTable } from "./summary-table.ts";
import { version } from "./version.ts";

interface Options {
  readonly corr?: string;
  readonly models?: string;
  readonly runs?: string;
  readonly steps?: string;
  readonly batch?: string;
  readonly lr?: string;
  readonly seed?: string;
  readonly set: readonly string[];
  readonly engine: string;
  readonly jobs?: string;
  readonly backend: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly dryRun?: boolean;
  readonly long?: boolean;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  command
    .argument("[config]", "a YAML or JSON file, or a preset: paper, fresh, figure3, smoke", "paper")
    .option("--corr <list>", "correlations of the task pairs, by commas")
    .option("--models <list>", "models, by commas (see mmoe models)")
    .option("--runs <n>", "runs of each model at each correlation")
    .option("--steps <n>", "training steps of a run")
    .option("--batch <n>", "rows a step")
    .option("--lr <x>", "learning rate")
    .option("--seed <n>", "names other random numbers")
    .option("--set <key=value>", "any other setting of the config; may be given again", collect, [])
    .option("--engine <name>", `what trains: ${ENGINE_NAMES.join(", ")}`, ENGINE_NAMES[0])
    .option("--backend <name>", `what tfjs computes on: ${TFJS_BACKENDS.join(", ")}`, TFJS_BACKENDS[0])
    .option("--jobs <n>", "worker threads of the cpu engine (default: this process's cores)")
    .option("--out <folder>", "where results go (default: results/NAME-HASH)")
    .option("--overwrite", "replace what a sweep left in that folder")
    .option("--dry-run", "say what would be done, how long and how large; do nothing")
    .option("--long", "also write every run's curve (curves-long.csv)")
    .option("--json", "events as JSON lines on stdout, in place of the table")
    .addHelpText(
      "after",
      examples(
        "mmoe sweep --corr 0.5 --runs 8",
        "mmoe sweep smoke --out results/try --overwrite",
        "mmoe sweep configs/paper.yaml --models mmoe,omoe --set trainRows=10000",
        "mmoe sweep paper --dry-run",
      ),
    )
    .action((config: string, options: Options) => run((context) => sweep(config, options, context)));
};

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

async function sweep(file: string, options: Options, context: Context): Promise<number> {
  const { effects, note } = context;
  const config = loadConfig(file, overridesOf(options));
  const out = options.out ?? defaultFolder(config);
  const engineName = choiceOption("--engine", options.engine, ENGINE_NAMES);
  const backend = choiceOption("--backend", options.backend, TFJS_BACKENDS);
  const jobs = options.jobs === undefined ? {} : { jobs: countOption("--jobs", options.jobs) };
  const runs = planRuns(config);
  if (!options.dryRun) checkFolder(out, options);

  const engine = await loadEngine(engineName, { ...jobs, backend });
  try {
    checkRuns(runs, engine);
    if (options.dryRun) {
      effects.stdout.write(await describePlan(config, runs, engine, out));
      return EXIT.done;
    }
    note(`${out}: ${runs.length} runs on ${engine.name} (${engine.device})`);
    return await train(config, runs, engine, out, options, context);
  } finally {
    await engine.dispose();
  }
}

/** Trains, keeps every record as it comes, and ends with CSV, table and exit code. */
async function train(
  config: Config,
  runs: readonly Run[],
  engine: Engine,
  out: string,
  { json = false, long = false }: Options,
  context: Context,
): Promise<number> {
  const { effects, note } = context;
  const folder = new ResultsFolder(out, config, { version, ids: runs.map((run) => run.id), long });
  const emit = (event: object) => json && effects.stdout.write(`${JSON.stringify(event)}\n`);
  emit({ event: "start", out, runs: runs.length, engine: engine.name, device: engine.device });
  const stop = stopOnSignals(effects);
  const progress = progressFor(runs, json, context);
  try {
    await executeRuns(runs, engine, (record) => folder.add(record), progress, stop.signal);
  } finally {
    progress.stop();
    stop.release();
    folder.close();
  }
  folder.writeCsv();
  const { records } = folder;
  const failed = records.filter(({ status }) => status === "failed").length;
  emit({ event: "end", out, done: records.length - failed, failed, missing: runs.length - records.length });
  if (!json) effects.stdout.write(`${summaryTable(records)}\n${out}/runs.csv, ${out}/curves.csv\n`);
  if (stop.code !== undefined && records.length < runs.length) {
    note(`mmoe: stopped; ${records.length} of ${runs.length} runs are kept in ${out}`);
    return stop.code;
  }
  return failed > 0 ? EXIT.failedRuns : EXIT.done;
}

function overridesOf(options: Options): Layer[] {
  const { corr, models, runs, steps, batch, lr, seed, set } = options;
  const layers = set.map(setOverride);
  if (corr !== undefined) layers.push(override("--corr", "correlations", listOption(corr)));
  if (models !== undefined) layers.push(override("--models", "models", listOption(models)));
  for (const [key, text] of Object.entries({ runs, steps, batch, lr, seed })) {
    if (text !== undefined) layers.push(override(`--${key}`, key, text));
  }
  return layers;
}

/** Refuses, before the first step, a model that the engine can't train and a sweep that memory can't hold. */
function checkRuns(runs: readonly Run[], engine: Engine): void {
  for (const model of new Set(runs.map((run) => run.model))) engine.check(model);
  const bytes = engine.memoryBytes(runs);
  if (bytes <= totalmem()) return;
  const sizes = `${megabytes(bytes)}, this machine has ${megabytes(totalmem())}`;
  throw new UsageError(`training needs about ${sizes}; give fewer trainRows, heldoutRows or rows a batch`);
}
