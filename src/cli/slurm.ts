import { MMOE } from "../called-as.ts";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../text.ts";
import { BIN } from "./cluster/devices.ts";
import { checkFolder, checkSweep } from "./cluster/shard-option.ts";
import { jobName, mergeOptions, type SlurmJob, slurmScript, stopTimes, submit } from "./cluster/slurm-script.ts";
import { type Context, type Define, examples } from "./command.ts";
import { addOptions, collect, countOption, type Given, type OptionSpecs, REQUIRED } from "./options.ts";
import { addSweepOptions, type CheckedOptions, type SweepOptions, typedWords } from "./sweep-options.ts";

const OPTIONS = [
  ["--array <n>", "tasks, each a shard of the sweep; 16%4 for at most 4 at a time", REQUIRED],
  ["--time <limit>", "time limit of a task, in Slurm's format", "4:00:00"],
  ["--partition <name>", "partition for the tasks"],
  ["--cpus <n>", "cores of a task", "1"],
  ["--gpus <n>", "GPUs of a task; with several, one process each", "0"],
  ["--restarts <n>", "how often a stopped or killed task is requeued", "10"],
  ["--sbatch <option>", "a further option of sbatch, such as account=lab; repeatable", collect, []],
  ["--mmoe <command>", "shell command that starts mmoe on the nodes (default: this one)"],
  ["--submit", "submit the script, and a job that merges the results afterwards"],
] as const satisfies OptionSpecs;

type Options = SweepOptions & Given<typeof OPTIONS>;

export const define: Define = (command, run) => {
  const others = command.options.length;
  addSweepOptions(command);
  const sweepOptions = command.options.slice(others);
  addOptions(command.optionsGroup("Job array:"), OPTIONS)
    .addHelpText(
      "after",
      examples(
        "mmoe slurm paper --array 16 --cpus 4 --time 4:00:00 > paper.sh",
        "mmoe slurm configs/paper.yaml --array 16 --gpus 1 --partition gpu --submit",
      ),
    )
    .action((file: string, options: Options) =>
      run((context) => slurm(file, options, typedWords(command, sweepOptions), context)),
    );
};

async function slurm(file: string, options: Options, typed: readonly string[], context: Context): Promise<void> {
  const checked = await checkSweep(file, options);
  checkFolder(checked);
  const job = jobOf([file, ...typed], checked, options);
  const script = slurmScript(job);
  if (options.submit) submitAll(job, script, context);
  else context.effects.stdout.write(script);
}

function jobOf(words: readonly string[], { config, out }: CheckedOptions, options: Options): SlurmJob {
  const thisCommand = `${shellQuoted(process.execPath)} ${shellQuoted(BIN)}`;
  const { time, partition, sbatch: extra, mmoe = thisCommand } = options;
  const cpus = countOption("--cpus", options.cpus);
  const gpus = countOption("--gpus", options.gpus, 0);
  const { warnSeconds, timeLimit } = stopTimes("--time", time);
  const untyped = [
    ...(options.out === undefined ? ["--out", out] : []),
    ...(options.jobs === undefined ? ["--jobs", String(cpus)] : []),
    ...(options.timeLimit === undefined ? ["--time-limit", timeLimit] : []),
    ...(gpus > 1 ? ["--devices", "all"] : []),
  ];
  return {
    name: config.name,
    folder: process.cwd(),
    words: [...words, ...untyped],
    restarts: countOption("--restarts", options.restarts, 0),
    ...arrayOption(options.array),
    out,
    mmoe,
    time,
    warnSeconds,
    partition,
    cpus,
    gpus,
    extra,
  };
}

/** The array, and the job that merges its results: their numbers on stdout, as soon as each is there. */
function submitAll(job: SlurmJob, script: string, { effects, note }: Context): void {
  const array = submit([], effects.env, script);
  effects.stdout.write(`${array}\n`);
  const merge = submit(mergeOptions(job, array), effects.env);
  effects.stdout.write(`${merge}\n`);
  note(`array ${array} of ${job.tasks} tasks; ${merge} merges their results when all have ended; to watch them:`);
  note(`squeue --jobs ${array},${merge}\n${MMOE} status ${shellQuoted(job.out)}\ntail ${jobName(job)}-${array}_*.log`);
}

/** `16`, or `16%4`: tasks, and how many at a time. */
function arrayOption(text: string): Pick<SlurmJob, "tasks" | "atOnce"> {
  const [, tasks, atOnce] = /^(\d+)(?:%(\d+))?$/.exec(text) ?? [];
  if (tasks === undefined)
    throw new UsageError(`--array: expected a number of tasks such as 16 or 16%4, got '${text}'`);
  return {
    tasks: countOption("--array", tasks),
    atOnce: atOnce === undefined ? undefined : countOption("--array", atOnce),
  };
}
