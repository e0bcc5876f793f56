import { MMOE } from "../called-as.ts";
import { UsageError } from "../errors.ts";
import { readResults } from "../records/read-results.ts";
import { memorisedText } from "../summary/summary.ts";
import { checkRuns } from "../sweep/check-runs.ts";
import { loadEngine } from "../sweep/engines.ts";
import { runSweep, type SweepOutcome } from "../sweep/run-sweep.ts";
import { outlinedShare, plannedShare, trainedWith, withTables } from "../sweep/share.ts";
import { shellQuoted } from "../text.ts";
import { numberOf } from "../units.ts";
import { devicesOption, trainOnDevices } from "./cluster/devices.ts";
import { chosenShard, shardText } from "./cluster/shard-option.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf, troubleCode } from "./command.ts";
import { TABLE_LOSS_OPTION, tableLosses } from "./loss-commands.ts";
import { type Stop, stopOnSignals } from "./stop.ts";
import { addSweepOptions, checkedOptions, ENVIRONMENT_HELP, typedWords } from "./sweep-options.ts";
import { describePlan } from "./text/plan-text.ts";
import { progressFor } from "./text/progress.ts";
import { resultsText } from "./text/summary-table.ts";
import { keptText, whatIsToDo } from "./text/sweep-start.ts";

const withOptions = (command: Command) =>
  addSweepOptions(command)
    .optionsGroup("Common options:")
    .option("--dry-run", "print settings, runs, time and memory; train nothing")
    .optionsGroup("Running:")
    .option(
      "--resume",
      "fail unless the results folder holds this sweep (without this, rerunning the command resumes too)",
    )
    .option("--overwrite", "delete what a sweep left in the results folder, and start from scratch")
    .option("--shard <i/n>", "train the i-th of n parts of the sweep (default: from the job array's variables)")
    .option("--devices <list>", "one process per GPU: numbers such as 0,1, or all")
    .optionsGroup("Output:")
    .option(...TABLE_LOSS_OPTION)
    .option("--json", "events as JSON lines on stdout, instead of the table")
    .addHelpText(
      "after",
      ENVIRONMENT_HELP +
        examples(
          "mmoe sweep --corr 0.5 --runs 8",
          "mmoe sweep smoke --out results/try --overwrite",
          "mmoe sweep configs/paper.yaml --models mmoe,omoe --set trainRows=10000",
          "mmoe sweep --lr 1e-4,1e-3,1e-2 --set batch=16,64 --runs 8",
          "mmoe sweep --rows cars.csv --runs 20 --steps 2000",
          "mmoe sweep paper --dry-run",
        ),
    );

type SweepCommandOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) => {
  withOptions(command).action((config, options) =>
    run((context) => {
      const passedOn = command.options.filter(({ long }) => !NOT_PASSED_ON.includes(long ?? ""));
      return sweep(config, options, [config, ...typedWords(command, passedOn)], context);
    }),
  );
};

/** Options that the process of one device gets in another form than typed, or not at all. */
const NOT_PASSED_ON = ["--devices", "--shard", "--jobs", "--out", "--resume", "--overwrite", "--dry-run"];

async function sweep(
  file: string,
  options: SweepCommandOptions,
  words: readonly string[],
  context: Context,
): Promise<number> {
  const { request, goOn, devices, losses } = requestOf(file, options, context);
  if (options.dryRun) return dryRun(request, context);
  if (devices.length > 0) {
    const share = plannedShare(request, context.note, devices.length);
    context.note(`${whatIsToDo(share)} on device ${devices.join(", ")}`);
    const { jobs } = request.engineOptions;
    return trainOnDevices({ ...options, ...share, devices, words, jobs, goOn, losses }, context);
  }

  const { json = false } = options;
  const atOnce = `finished runs are kept in ${request.out}; resume with:\n${goOn}`;
  const stop = stopOnSignals(context.effects, atOnce);
  const progress = progressFor(json, context);
  const outcome = await runSweep(request, { signal: stop.signal, listener: progress }).finally(() => {
    progress.stop();
    stop.release();
  });
  progress.end(outcome);
  const { stdout } = context.effects;
  if (!json && outcome.records && outcome.records.length > 0)
    stdout.write(resultsText(outcome.out, outcome.records, losses, stdout));
  return conclude(outcome, stop, goOn, context);
}

/** The request, each option checked, and the command that goes on after a stop. */
function requestOf(file: string, options: SweepCommandOptions, { effects, argv, commandLine, note }: Context) {
  const checked = checkedOptions(file, options, effects.env);
  const { shard, detected } = chosenShard(options.shard, effects.env);
  const devices = options.devices === undefined ? [] : devicesOption(options.devices, effects.env);
  if (devices.length > 0 && options.overwrite)
    throw new UsageError(
      `--overwrite with --devices would delete what other shards train; delete ${checked.out} first`,
    );
  if (detected) note(`shard ${shardText(shard)}: ${detected} (--shard 1/1 trains the whole sweep)`);
  const { resume, overwrite, retryFailed, long, keepWeights = false, keepPredictions = false } = options;
  const keep = { weights: keepWeights, predictions: keepPredictions };
  return {
    request: {
      ...checked,
      engineOptions: { ...checked.engineOptions, env: effects.env },
      ...{ shard, resume, overwrite, retryFailed, long, keep, argv },
    },
    goOn: detected ? `${commandLine} --shard ${shardText(shard)}` : commandLine,
    devices,
    losses: tableLosses(options.loss, checked.config),
  };
}

type Request = ReturnType<typeof requestOf>["request"];

async function dryRun(request: Request, context: Context): Promise<number> {
  const { effects, note } = context;
  const outline = outlinedShare(request, note);
  const sample = withTables(outline.samples.todo);
  const engine = await loadEngine(request.engine, { ...request.engineOptions, note }, trainedWith(outline.samples));
  try {
    const { config, out, runs, todo } = outline;
    const trainingBytes = await checkRuns(sample, config, engine);
    const { python } = request.engineOptions;
    const isRead = config.rows !== null && todo < runs; // the outline has noted what is damaged
    const earlier = isRead ? memorisedText(await readResults(out, () => {})) : "";
    effects.stdout.write(await describePlan(outline, { sample, engine, trainingBytes, python, earlier }, context));
    return EXIT.done;
  } finally {
    await engine.dispose();
  }
}

const STOPPED = { limit: "at its time limit", "before-limit": "in time for its limit" } as const;

/** Says what remains to be trained, and returns the exit code. */
export function conclude(outcome: SweepOutcome, stop: Stop, goOn: string, { effects, note }: Context): number {
  const { out, done, failed, missing, kept, records, stopped, trouble } = outcome;
  if (records === undefined)
    note(`mmoe: no time to write the CSV files; ${MMOE} merge ${shellQuoted(out)} writes them`);
  if (stopped === undefined) return failed > 0 ? EXIT.failedRuns : EXIT.done;
  const all = done + failed;
  const ended = all === 0 ? "no run has ended" : `${numberOf(all, "run")} ${all === 1 ? "is" : "are"} kept in ${out}`;
  const left = `${ended}, ${missing} remain${keptText(kept)}; resume with:\n${goOn}`;
  if (stopped === "machine" && trouble) {
    effects.stderr.write(`mmoe: stopped: ${trouble.message}; ${left}\n`);
    return troubleCode(trouble);
  }
  const why = stopped === "limit" || stopped === "before-limit" ? STOPPED[stopped] : stop.reason;
  note(`mmoe: stopped ${why}; ${left}`);
  return stop.code ?? EXIT.stopped;
}
