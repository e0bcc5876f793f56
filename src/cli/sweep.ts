import { totalmem } from "node:os";
import { join } from "node:path";
import type { Engine, Run } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { findResults, JOURNALS } from "../records/find-results.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { otherTrainers } from "../records/writers.ts";
import { loadEngine } from "../sweep/engines.ts";
import { planShard } from "../sweep/shard.ts";
import { devicesOption } from "./cluster/device-option.ts";
import { trainOnDevices } from "./cluster/devices.ts";
import { chosenShard, shardText } from "./cluster/shard-option.ts";
import { type Define, examples } from "./command.ts";
import type { Context } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";
import { addSweepOptions, checkedOptions, type SweepOptions, typedWords } from "./sweep-options.ts";
import { describePlan } from "./text/plan-text.ts";
import { megabytes } from "./text/table.ts";
import { train } from "./train.ts";

interface Options extends SweepOptions {
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly shard?: string;
  readonly devices?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export const define: Define = (command, run) => {
  addSweepOptions(command)
    .option("--resume", "go on with the sweep in that folder, which must be there (a repeat goes on too)")
    .option("--overwrite", "replace what a sweep left in that folder")
    .option("--shard <i/n>", "train the i-th of n parts of the sweep (default: as a job array says)")
    .option("--devices <list>", "a process a device, by numbers such as 0,1, or all: each sees its own GPU alone")
    .option("--dry-run", "say what would be done, how long and how large; do nothing")
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
    .action((config: string, options: Options) =>
      run((context) => {
        const passedOn = command.options.filter(({ long }) => !NOT_PASSED_ON.includes(long ?? ""));
        return sweep(config, options, typedWords(command, passedOn), context);
      }),
    );
};

/** What the process on one device is not given as it was typed. */
const NOT_PASSED_ON = ["--devices", "--shard", "--jobs", "--out", "--resume", "--overwrite", "--dry-run"];

async function sweep(file: string, options: Options, typed: readonly string[], context: Context): Promise<number> {
  const { effects, note, commandLine } = context;
  const { config, out, engineName, engineOptions, limitMs } = checkedOptions(file, options);
  const { shard, detected } = chosenShard(options.shard, effects.env);
  const devices = options.devices === undefined ? [] : devicesOption(options.devices, effects.env);
  const { overwrite = false } = options;
  if ((shard !== null || devices.length > 0) && overwrite) {
    const flag = shard === null ? "--devices" : "--shard";
    throw new UsageError(`--overwrite with ${flag} would remove what other shards train; remove ${out} before`);
  }
  if (detected) note(`shard ${shardText(shard)}: ${detected} (--shard 1/1 trains the whole sweep)`);
  const runs = planShard(config, shard);
  const found = findResults(out, config, { overwrite, warn: note });
  if (options.resume && found === undefined)
    throw new UsageError(`${out} holds no sweep to resume; leave out --resume`);
  const ended = reusable(found ?? new Map(), options);
  const todo = runs.filter(({ id }) => !ended.has(id));

  const reused = runs.length - todo.length;
  const part = shard === null ? "" : `shard ${shardText(shard)}: `;
  const what = `${out}: ${part}${reused > 0 ? `reused ${reused}, to do ` : ""}${todo.length} runs`;
  const goOn = detected ? `${commandLine} --shard ${shardText(shard)}` : commandLine;
  if (devices.length > 0 && !options.dryRun) {
    note(`${what} on device ${devices.join(", ")}`);
    const words = [file, ...typed];
    return await trainOnDevices(
      { ...options, devices, words, jobs: engineOptions.jobs, out, runs, shard, goOn },
      context,
    );
  }

  const engine = await loadEngine(engineName, { ...engineOptions, env: effects.env, note });
  try {
    checkRuns(todo, engine);
    if (options.dryRun) {
      effects.stdout.write(await describePlan(config, { runs, todo, shard }, engine, out));
      return EXIT.done;
    }
    note(`${what} on ${engine.name} (${engine.device})`);
    if (found !== undefined) noteOthers(out, engine, note);
    return await train({ ...options, config, out, runs, ended, engine, limitMs, shard, goOn }, context);
  } finally {
    await engine.dispose();
  }
}

/** The runs that need not be trained again: without failed ones where --retry-failed asks for them. */
function reusable(ended: ReadonlyMap<string, RecordHead>, { retryFailed = false }: Options): typeof ended {
  return retryFailed ? new Map([...ended].filter(([, { status }]) => status === "done")) : ended;
}

/** A sweep may go on with another engine, whose losses are the same within float32's tolerance and no further. */
function noteOthers(out: string, { name, device }: Engine, note: Context["note"]): void {
  const others = otherTrainers(join(out, JOURNALS), { engine: name, device });
  if (others.length > 0) note(`${out}: what is there was trained on ${others.join(", ")}`);
}

/** Refuses, before the first step, a model that the engine can't train and a sweep that memory can't hold. */
function checkRuns(runs: readonly Run[], engine: Engine): void {
  for (const model of new Set(runs.map((run) => run.model))) engine.check(model);
  const bytes = engine.memoryBytes(runs);
  if (bytes <= totalmem()) return;
  const sizes = `${megabytes(bytes)}, this machine has ${megabytes(totalmem())}`;
  throw new UsageError(`training needs about ${sizes}; give fewer trainRows, heldoutRows or rows a batch`);
}
