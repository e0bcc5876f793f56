import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Command as TypedCommand } from "@commander-js/extra-typings";
import type { Option } from "commander";
import { autoStepsOverride } from "../config/auto-steps.ts";
import type { Config } from "../config/config.ts";
import type { Override } from "../config/file-version.ts";
import { listOverride, loadConfig, override, parseValue, presetNames, setOverride } from "../config/load.ts";
import { envOverrides, modelFileOverrides, modelSetOverrides } from "../config/model-set.ts";
import { isCodeDefinition, ownModelsIn } from "../config/own-models.ts";
import type { Ranges } from "../config/ranges.ts";
import { conflictIn, rowsOverride } from "../config/rows.ts";
import type { Settings } from "../config/schema.ts";
import { diagnosable, taskOverride } from "../config/task-kinds.ts";
import type { Env } from "../cuda/home.ts";
import { defined } from "../defined.ts";
import { DIAGNOSTIC_KINDS, type DiagnosticKind } from "../diagnostics/kinds.ts";
import { NDCG_AT } from "../diagnostics/task-metrics.ts";
import { KERNEL_CHOICES } from "../engines/cpu/kernel-sets.ts";
import { SCHEDULES } from "../engines/learning-rate.ts";
import { METHODS } from "../engines/methods.ts";
import { OPTIMIZERS } from "../engines/training-settings.ts";
import { UsageError } from "../errors.ts";
import { CONFIG, defaultFolder } from "../records/find-results.ts";
import { CODE_DEVICES, ENGINE_NAMES, type EngineName, type EngineOptions, TFJS_BACKENDS } from "../sweep/engines.ts";
import { readOnThreads } from "../tables/parquet-table.ts";
import { keepTablesBeside } from "../tables/table-cache.ts";
import type { Command, OptionsOf } from "./command.ts";
import {
  choiceOption,
  collect,
  countOption,
  durationOption,
  folderOption,
  kernelsOption,
  listOption,
  pathOption,
} from "./options.ts";
import { goOn } from "./text/go-on.ts";

/** More than any machine has cores; each thread takes memory. */
const MOST_JOBS = 1024;

export interface CheckedOptions {
  readonly config: Config;
  /** The results folder. */
  readonly out: string;
  readonly engine: EngineName;
  readonly engineOptions: EngineOptions;
  /** Milliseconds after which to stop; undefined for none. */
  readonly limitMs: number | undefined;
  /** Milliseconds between two checkpoints of a run; undefined for the default. */
  readonly checkpointMs: number | undefined;
}

const addStudyOptions = <A extends unknown[]>(command: TypedCommand<A>) =>
  command
    .optionsGroup("Common options:")
    .option("--corr <list>", "correlations of the task pairs, separated by commas")
    .option("--models <list>", "models, separated by commas (see mmoe models)")
    .option("--runs <n>", "runs per model and correlation (default: the config's; 10 with --rows)")
    .option("--steps <n>", "training steps per run, or several values; auto: early stopping")
    .option("--batch <n>", "training rows per step, or several values")
    .option("--lr <x>", "learning rate, or several values")
    .option("--seed <n>", "random seed")
    .option("--set <key=value>", "any other setting of the config, or several values; repeatable", collect, [])
    .option("--out <folder>", "where results go (default: results/NAME-HASH)")
    .optionsGroup("Data:")
    .option("--rows <file>", "train on your own rows (CSV or Parquet) instead of generated ones")
    .option(
      "--label <columns>",
      "labels among the columns of --rows (default: those named y...); repeatable",
      collect,
      [],
    )
    .option("--input <columns>", "inputs among them (default: all other columns); repeatable", collect, [])
    .option("--ignore <columns>", "columns that are neither, beside --label; repeatable", collect, [])
    .option(
      "--categorical <columns>",
      "columns of numbers that are categories: inputs, and labels of classes; repeatable",
      collect,
      [],
    )
    .option("--lists <columns>", "inputs whose cells are lists, such as 39,12; repeatable", collect, [])
    .option("--na <words>", "words that stand for an empty cell, such as NA,?; repeatable", collect, [])
    .option(
      "--heldout <share>",
      "the share of the rows of --rows for the test, unless a column part says them (default: 0.2)",
    )
    .option("--folds <k>", "cross-validation: run i tests on fold i mod k, and each k runs draw folds once more")
    .option("--split <seed>", "another split of the table for all runs, a whole number (default: 0)")
    .option("--group <column>", "a column of --rows whose equal values stay in one part, such as a user")
    .option(
      "--by-time <column>",
      "a column of numbers or dates: the last rows are the test, those before for validation",
    )
    .option("--stratify <column>", "a column whose values have the same shares in all parts, such as a label")
    .option("--weight <column>", "a column of numbers from 0: what the losses of each row count; it is no input")
    .option("--metrics-by <column>", "a column in whose groups GAUC, NDCG and MRR are measured, such as a user")
    .option("--ndcg-at <n>", `how many rows of each group count in NDCG (default: ${NDCG_AT})`)
    .option("--resplit", "draw another split of the table in each run; rows marked for the test stay test rows")
    .option("--impute <how>", "empty input cells of --rows: refuse them, or fill in the mean (default: refuse)")
    .option("--one-hot <n>", "categories of more values are embedded in learned vectors (default: 20)")
    .option("--embedding <n>", "numbers of each such vector (default: six times the fourth root of the values)")
    .option("--min-count <n>", "values of a category with fewer training rows are other values, which share a vector")
    .option("--hash <n>", "hash the values of a category of more than n to n, which may be 1001 to 1000000")
    .option(
      "--funnel <labels>",
      "labels that follow each other, such as click,like: a probability is the product of its own and those before",
    )
    .option(
      "--task <label=kind>",
      "treat a label of --rows as regression, binary or categorical, or weigh it (docs/your-table.md)",
      collect,
      [],
    )
    .optionsGroup("Models:")
    .option("--model <file>", "add your own model in Python or JavaScript; repeatable", collect, [])
    .option("--env <name>", "let your own models see a variable, whose value then counts; repeatable", collect, [])
    .option("--model-set <model.field=value>", "change a model, such as mmoe.experts.shared=4", collect, []);

/** The options of every command that starts a sweep: what to train, on which engine, and where results go. */
export const addTrainingOptions = <A extends unknown[]>(command: TypedCommand<A>) =>
  addStudyOptions(command)
    .optionsGroup("Training:")
    .option("--optimizer <name>", `${OPTIMIZERS.join(", ")} (docs/config.md); or several`)
    .option("--weight-decay <x>", "decay of all parameters, or several values (default: 0)")
    .option("--clip-norm <x>", "scale gradients down to this norm of all parameters, or several values (default: none)")
    .option(
      "--schedule <name>",
      `how the learning rate changes: ${SCHEDULES.join(", ")}; or several (default: constant)`,
    )
    .option(
      "--warmup <n>",
      "steps in which the learning rate rises from 0 at the start, or several values (default: 0)",
    )
    .option(
      "--task-weights <a:b>",
      "what each task's loss counts, such as 1:3 or front:9; or several, separated by commas",
    )
    .option("--method <name>", `how the tasks' gradients are combined: ${METHODS.join(", ")}; or several`)
    .option("--diagnostics [list]", `measure ${DIAGNOSTIC_KINDS.join(", ")}, or some of these (docs/diagnostics.md)`)
    .option(
      "--engine <name>",
      `what trains: ${ENGINE_NAMES.join(", ")} (default: auto, the fastest that can train each run)`,
    )
    .option("--allow-cpu", "let --engine cuda train on a CPU if it sees no card")
    .option("--kernels <set>", `kernels of the cpu engine: ${KERNEL_CHOICES.join(", ")} (default: auto)`)
    .option("--backend <name>", `what --engine tfjs computes on: ${TFJS_BACKENDS.join(", ")} (default: wasm)`)
    .option("--python <path>", "the Python interpreter of models in Python (default: the active venv's, else python3)")
    .option(
      "--device <name>",
      `where your own models compute: ${CODE_DEVICES.join(", ")} (default: cuda with --engine cuda)`,
    )
    .option("--jobs <n>", "threads of the cpu engine, or of TensorFlow's rows (default: all cores)")
    .optionsGroup("Running:")
    .option("--retry-failed", "train the failed runs of the results folder again")
    .option("--time-limit <time>", "stop after a time such as 3h50m; rerun the command to resume")
    .option("--checkpoint-every <time>", "how often runs in flight are saved (default: 2m; engine cpu)")
    .optionsGroup("Output:")
    .option("--long", "also write every run's curve (curves-long.csv)")
    .option("--keep-weights", "also write each run's final weights (weights/, as safetensors)")
    .option(
      "--keep-predictions",
      "also write what each run predicts of test and validation rows (predictions/, validation-predictions/)",
    );

/** The argument of most commands that start a sweep, and their options. */
export const addSweepOptions = (command: Command) =>
  addTrainingOptions(
    command.argument("[config]", `a YAML or JSON file, or a preset: ${presetNames().join(", ")}`, "paper"),
  );

export type SweepOptions = OptionsOf<typeof addSweepOptions>;

/** Variables that have the place of an option that is not given, where this machine trains. */
export const ENVIRONMENT_HELP = `
Environment, for options that are not given:
  $MMOE_ENGINE   as --engine
  $MMOE_JOBS     as --jobs
  $MMOE_KERNELS  as --kernels
  $MMOE_PYTHON   as --python
  $NO_COLOR      not empty: no colours on a terminal
`;

/**
 * Throws UsageError for the first option, or variable of `env`, that is not valid. `variables` are those of which models in code
 * may see some. Settings may be ranges where `ranges` are asked for.
 */
export function checkedOptions(
  file: string,
  options: SweepOptions,
  env: Env = {},
  variables: Env = env,
  ranges?: Ranges,
): CheckedOptions {
  refuseFolder(file);
  const { out } = options;
  if (out !== undefined) keepTablesBeside(out);
  const jobs = jobsOf(options, env);
  if (jobs !== undefined) readOnThreads(jobs);
  const config = loadConfig(file, overridesOf(file, options, variables), ranges);
  if (options.device !== undefined && !ownModelsIn(config).some(isCodeDefinition))
    throw new UsageError(
      `--device ${options.device}: is for your own models in code; did you mean --engine ${options.device}?`,
    );
  const timeOf = (flag: string, text: string | undefined) =>
    text === undefined ? undefined : durationOption(flag, text);
  const engine = engineOf(options, env);
  return {
    config,
    out: out === undefined ? defaultFolder(config) : folderOption("--out", out),
    engine,
    engineOptions: engineOptionsOf(engine, options, jobs),
    limitMs: timeOf("--time-limit", options.timeLimit),
    checkpointMs: timeOf("--checkpoint-every", options.checkpointEvery),
  };
}

/** Refuses a folder given as a config, and says how to resume a sweep in it. */
function refuseFolder(path: string): void {
  if (presetNames().includes(path) || !statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  if (!existsSync(join(path, CONFIG))) throw new UsageError(`${path} is a folder; give a config file or a preset`);
  throw new UsageError(`${path} is a results folder; resume with: ${goOn(path)}`);
}

function engineOf({ engine }: SweepOptions, { MMOE_ENGINE }: Env): EngineName {
  if (engine !== undefined) return choiceOption("--engine", engine, ENGINE_NAMES);
  return MMOE_ENGINE ? choiceOption("MMOE_ENGINE", MMOE_ENGINE, ENGINE_NAMES) : "auto";
}

function jobsOf({ jobs }: SweepOptions, { MMOE_JOBS }: Env): number | undefined {
  if (jobs !== undefined) return countOption("--jobs", jobs, 1, MOST_JOBS);
  return MMOE_JOBS ? countOption("MMOE_JOBS", MMOE_JOBS, 1, MOST_JOBS) : undefined;
}

/** Refuses options of another engine. */
function engineOptionsOf(engine: EngineName, options: SweepOptions, jobs: number | undefined): EngineOptions {
  const { backend, allowCpu = false, python, device } = options;
  const kernels = kernelsOption(options.kernels, engine);
  const chosen = backend === undefined ? undefined : choiceOption("--backend", backend, TFJS_BACKENDS);
  if (allowCpu && engine !== "cuda") throw new UsageError(`--allow-cpu is for --engine cuda, not ${engine}`);
  if (chosen && engine !== "tfjs") throw new UsageError(`--backend ${chosen} is for --engine tfjs, not ${engine}`);
  return {
    allowCpu,
    kernels,
    backend: chosen,
    jobs,
    device: device === undefined ? undefined : choiceOption("--device", device, CODE_DEVICES),
    python: python === undefined ? undefined : pathOption("--python", python),
  };
}

/** The `options` that were typed for `command`, as words of a command line. */
export function typedWords(command: Command, options: readonly Option[]): string[] {
  const typed = options.filter((option) => command.getOptionValueSource(option.attributeName()) === "cli");
  return typed.flatMap((option) => {
    const value: unknown = command.getOptionValue(option.attributeName());
    return [value].flat().flatMap((text) => (text === true ? [option.long ?? ""] : [option.long ?? "", String(text)]));
  });
}

/**
 * The settings that options give, in the order in which later ones win; `variables` are those of the environment. Throws
 * UsageError for what is not valid.
 */
function overridesOf(file: string, options: SweepOptions, variables: Env): Override[] {
  const { corr, task, models, model, modelSet, runs, steps, batch, lr, method, seed, set, diagnostics } = options;
  const { optimizer, schedule, warmup, weightDecay, clipNorm, taskWeights } = options;
  const layers: Override[] = [...rowsOverrides(file, options), ...set.map(setOverride)];
  layers.push(...task.map(taskOverride));
  if (corr !== undefined) layers.push(override("--corr", "correlations", listOption(corr)));
  if (models !== undefined) layers.push(override("--models", "models", listOption(models)));
  if (diagnostics !== undefined) {
    if (diagnostics === true) layers.push({ source: "--diagnostics", valuesAfter: allDiagnostics });
    else layers.push(override("--diagnostics", "diagnostics", listOption(diagnostics)));
  }
  const ofOptimizer = { optimizer, schedule, warmup, weightDecay, clipNorm, taskWeights };
  for (const [key, text] of Object.entries({ runs, steps, batch, lr, ...ofOptimizer, method, seed })) {
    if (key === "steps" && text === "auto") layers.push(autoStepsOverride("--steps"));
    else if (text !== undefined) layers.push(listOverride(flagOf(key), key, text));
  }
  return [
    ...layers,
    ...modelFileOverrides(model),
    ...modelSetOverrides(modelSet),
    ...envOverrides(options.env, variables),
  ];
}

/** `weightDecay` → `--weight-decay`. */
function flagOf(key: string): string {
  return `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** All that can be measured of a sweep; where that is nothing, all that others measure, which is refused. */
function allDiagnostics(settings: Settings): { diagnostics: readonly DiagnosticKind[] } {
  const possible = diagnosable(settings);
  return { diagnostics: possible.length > 0 ? possible : DIAGNOSTIC_KINDS };
}

/** What `--rows` and the options of its columns give; refuses these without it. */
function rowsOverrides(
  config: string,
  {
    rows,
    impute,
    oneHot,
    embedding,
    minCount,
    hash,
    heldout,
    split,
    folds,
    resplit,
    label,
    input,
    ...options
  }: SweepOptions,
): Override[] {
  const repeated = [label, input, options.ignore, options.categorical, options.lists, options.na];
  const [labels, inputs, ignore, categorical, lists, na] = repeated.map((texts) =>
    texts.length > 0 ? texts.flatMap(columnsOption) : undefined,
  );
  const { group, byTime: time, stratify, metricsBy, ndcgAt, weight } = options;
  const by = defined({ group, time, stratify });
  const ways = { heldout, split, folds, ...by, resplit };
  const funnel = options.funnel === undefined ? undefined : columnsOption(options.funnel);
  const columns = { labels, inputs, ignore, categorical, lists, na, funnel };
  const given = { impute, oneHot, embedding, minCount, hash, metricsBy, ndcgAt, weight, ...columns, ...ways };
  const both = conflictIn(ways);
  if (both) throw new UsageError(`${both.map(rowsFlag).join(" and ")}: expected one of them`);
  if (rows !== undefined)
    return [
      rowsOverride(rows, {
        ...given,
        ...numbersIn({ oneHot, embedding, minCount, ndcgAt, hash, heldout, split, folds }),
        ofPreset: presetNames().includes(config),
        flagOf: rowsFlag,
      }),
    ];
  const [stray] = Object.keys(defined(given));
  if (stray === undefined) return [];
  const key = stray === "resplit" ? "split" : stray;
  throw new UsageError(`${rowsFlag(stray)}: is for --rows FILE; in a config, write rows: {file, ${key}}`);
}

function rowsFlag(key: string): string {
  const [name] = key.split("["); // na[0]
  return flagOf({ file: "rows", labels: "label", inputs: "input", time: "byTime" }[name] ?? name);
}

/** Columns by commas, or `["a,b"]`: as YAML, in which the package in Python gives a name with a comma. */
function columnsOption(text: string): string[] {
  const value = text.startsWith('["') ? parseValue(text) : undefined;
  return Array.isArray(value) ? value : listOption(text);
}

/** Numbers as typed; what is none stays a text for the schema to refuse. */
function numbersIn(texts: Readonly<Record<string, string | undefined>>): Record<string, unknown> {
  const numberOr = (text: string) => (typeof parseValue(text) === "number" ? parseValue(text) : text);
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [key, text === undefined ? text : numberOr(text)]),
  );
}
