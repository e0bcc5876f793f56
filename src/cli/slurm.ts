import { MMOE } from "../called-as.ts";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../text.ts";
import { BIN } from "./cluster/devices.ts";
import { checkFolder, checkSweep } from "./cluster/shard-option.ts";
import { jobName, mergeOptions, type SlurmJob, slurmScript, stopTimes, submit } from "./cluster/slurm-script.ts";
import { type Command, type Context, type Define, examples, type OptionsOf } from "./command.ts";
import { collect, countOption } from "./options.ts";
import { addSweepOptions, type CheckedOptions, typedWords } from "./sweep-options.ts";

/** The heading of options that are not passed on to the tasks. */
const OWN_GROUP = "Job array:";

const withOptions = (command: Command) =>
  addSweepOptions(command)
    .optionsGroup(OWN_GROUP)
    .requiredOption("--array <n>", "tasks, each a shard of the sweep; 16%4 for at most 4 at a time")
    .option("--time <limit>", "time limit of a task, in Slurm's format", "4:00:00")
    .option("--partition <name>", "partition for the tasks")
    .option("--cpus <n>", "cores of a task", "1")
    .option("--gpus <n>", "GPUs of a task; with several, one process each", "0")
    .option("--restarts <n>", "how often a stopped or killed task is requeued", "10")
    .option("--sbatch <option>", "a further option of sbatch, such as account=lab; repeatable", collect, [])
    .option("--mmoe <command>", "shell command that starts mmoe on the nodes (default: this one)")
    .option("--submit", "submit the script, and a job that merges the results afterwards")
    .addHelpText(
      "after",
      examples(
        "mmoe slurm paper --array 16 --cpus 4 --time 4:00:00 > paper.sh",
        "mmoe slurm configs/paper.yaml --array 16 --gpus 1 --partition gpu --submit",
      ),
    );

type SlurmOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) => {
  withOptions(command).action((file, options) =>
    run((context) => {
      const passedOn = command.options.filter(({ helpGroupHeading }) => helpGroupHeading !== OWN_GROUP);
      return slurm(file, options, typedWords(command, passedOn), context);
    }),
  );
};

async function slurm(file: string, options: SlurmOptions, typed: readonly string[], context: Context): Promise<void> {
  const checked = await checkSweep(file, options);
  checkFolder(checked);
  const job = jobOf([file, ...typed], checked, options);
  const script = slurmScript(job);
  if (options.submit) submitAll(job, script, context);
  else context.effects.stdout.write(script);
}

function jobOf(words: readonly string[], { config, out }: CheckedOptions, options: SlurmOptions): SlurmJob {
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
