import { totalmem } from "node:os";
import { join } from "node:path";
import type { Layer } from "../config/check.ts";
import { loadConfig, override, setOverride } from "../config/load.ts";
import type { Engine, Run } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { defaultFolder, type Found, findResults, JOURNALS } from "../records/find-results.ts";
import { otherTrainers } from "../records/writers.ts";
import { ENGINE_NAMES, loadEngine, TFJS_BACKENDS } from "../sweep/engines.ts";
import { planRuns } from "../sweep/plan.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { megabytes } from "./format.ts";
import { choiceOption, countOption, durationOption, listOption } from "./options.ts";
import { describePlan } from "./plan-text.ts";
import { train } from "./train.ts";

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
  readonly allowCpu?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
  readonly retryFailed?: boolean;
  readonly overwrite?: boolean;
  readonly timeLimit?: string;
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
    .option("--allow-cpu", "let --engine cuda train on a CPU where it sees no card")
    .option("--backend <name>", `what tfjs computes on: ${TFJS_BACKENDS.join(", ")}`, TFJS_BACKENDS[0])
    .option("--jobs <n>", "worker threads of the cpu engine (default: this process's cores)")
    .option("--out <folder>", "where results go (default: results/NAME-HASH)")
    .option("--resume", "go on with the sweep in that folder, which must be there (a repeat goes on too)")
    .option("--retry-failed", "do again the runs that failed there")
    .option("--overwrite", "replace what a sweep left in that folder")
    .option("--time-limit <time>", "stop, to go on later, after a time such as 3h50m")
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
  const limitMs = options.timeLimit === undefined ? undefined : durationOption("--time-limit", options.timeLimit);
  const runs = planRuns(config);
  const found = reusable(findResults(out, config, { overwrite: options.overwrite ?? false, warn: note }), options);
  if (options.resume && found === undefined)
    throw new UsageError(`${out} holds no sweep to resume; leave out --resume`);
  const todo = runs.filter((run) => !found?.ended.has(run.id));

  const { allowCpu = false } = options;
  const engine = await loadEngine(engineName, { ...jobs, backend, allowCpu, env: effects.env, note });
  try {
    checkRuns(todo, engine);
    if (options.dryRun) {
      effects.stdout.write(await describePlan(config, { runs, todo }, engine, out));
      return EXIT.done;
    }
    const reused = runs.length - todo.length;
    note(
      `${out}: ${reused > 0 ? `reused ${reused}, to do ` : ""}${todo.length} runs on ${engine.name} (${engine.device})`,
    );
    if (found !== undefined) noteOthers(out, engine, note);
    return await train({ ...options, config, out, found, todo, engine, limitMs, shard: null }, context);
  } finally {
    await engine.dispose();
  }
}

/** What was found, without the failed runs where --retry-failed asks for them again. */
function reusable(found: Found | undefined, { retryFailed = false }: Options): Found | undefined {
  if (found === undefined || !retryFailed) return found;
  return { ...found, ended: new Map([...found.ended].filter(([, { status }]) => status === "done")) };
}

/** A sweep may go on with another engine, whose losses are the same within float32's tolerance and no further. */
function noteOthers(out: string, { name, device }: Engine, note: Context["note"]): void {
  const others = otherTrainers(join(out, JOURNALS), { engine: name, device });
  if (others.length > 0) note(`${out}: what is there was trained on ${others.join(", ")}`);
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
