import { eachLoss, type LossSet } from "../config/losses.ts";
import { measuredCorrelations } from "../data/label-correlation.ts";
import { generatorSettings } from "../data/presets.ts";
import { KERNEL_CHOICES } from "../engines/cpu/kernel-sets.ts";
import { UsageError } from "../errors.ts";
import { holdsTrials, readTrials } from "../records/label-trials.ts";
import { readResults } from "../records/read-results.ts";
import { finalLosses, type RunRecord } from "../records/record.ts";
import { LOSS_WORDS } from "../records/words.ts";
import { trainAgain, type Verified } from "../sweep/train-again.ts";
import { keepTablesBeside } from "../tables/table-cache.ts";
import { numberOf } from "../units.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { LOSS_OPTION, lossOption } from "./loss-commands.ts";
import { countOption, jsonText, kernelsOption } from "./options.ts";
import { stopOnSignals } from "./stop.ts";
import { roomOf } from "./text/blocks.ts";
import { type Paint, paintFor, verdictText } from "./text/paint.ts";
import { table } from "./text/table.ts";

const HELP = `
Exits with 0 if every run gives the same results, otherwise with 4. For runs of
TensorFlow and Python it compares losses up to step 100, or the first loss if
that is later. After that, rounding errors grow too large.
Where TensorFlow is not installed, the cpu engine trains its runs again.
${examples("mmoe verify results/paper")}`;

const withOptions = (command: Command) =>
  command
    .argument("<folder>", "a results folder")
    .option("--runs <n>", "number of finished runs (or trials), chosen at random", "3")
    .option("--allow-cpu", "if no card is visible, train the runs of a card on a CPU")
    .option(...LOSS_OPTION)
    .option("--kernels <set>", `for runs of the cpu engine, its kernels: ${KERNEL_CHOICES.join(", ")} (default: auto)`)
    .option(
      "--python <path>",
      "for models in Python, the Python that trains (default: the active venv's, else python3)",
    )
    .option("--json", "as JSON")
    .addHelpText("after", HELP);

type VerifyOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folder, options) => run((context) => verify(folder, options, context)));

async function verify(folder: string, options: VerifyOptions, context: Context): Promise<number> {
  const count = countOption("--runs", options.runs);
  const asked = lossOption(options.loss);
  const kernels = kernelsOption(options.kernels, "cpu");
  if (holdsTrials(folder)) {
    if (kernels) throw new UsageError(`--kernels ${kernels}: ${folder} holds no training; leave it out`);
    return verifyTrials(folder, count, context, options);
  }
  const { config, records } = await readResults(folder, context.note);
  keepTablesBeside(folder);
  const done = records.filter(({ status }) => status === "done");
  if (done.length === 0) throw new UsageError(`${folder} holds no finished run; nothing to verify`);
  const wanted = sampleOf(done, count);
  const { allowCpu = false, python } = options;
  if (kernels && !done.some(({ engine }) => engine === "cpu"))
    throw new UsageError(`--kernels ${kernels} is for runs of the cpu engine, and ${folder} has none; leave it out`);
  const stop = stopOnSignals(context.effects, "nothing is verified");
  const how = { allowCpu, kernels, python, env: context.effects.env, note: context.note, signal: stop.signal };
  const verified = await trainAgain(wanted, config, how).finally(stop.release);
  if (stop.code !== undefined) {
    context.note(`mmoe: stopped ${stop.reason}; nothing is verified`);
    return stop.code;
  }

  const { stdout, stderr } = context.effects;
  const paint = paintFor(stdout, context.effects.env);
  if (options.json) stdout.write(jsonText(verified.map(comparison)));
  else stdout.write(table(comparisonRows(verified, asked ?? config.report, paint), roomOf(stdout).table));
  const missing = wanted.filter(({ id }) => !verified.some(({ recorded }) => recorded.id === id));
  if (missing.length > 0) stderr.write(`mmoe: ${missingText(folder, missing, wanted.length)}\n`);
  return missing.length === 0 && verified.every(({ same }) => same) ? EXIT.done : EXIT.checkFailed;
}

function missingText(folder: string, missing: readonly RunRecord[], wanted: number): string {
  const ids = missing.map(({ id }) => id).join(", ");
  return (
    `${missing.length} of ${numberOf(wanted, "chosen run")} ${missing.length === 1 ? "was" : "were"} not trained again (${ids}): ` +
    `is ${folder}/config.yaml still the config of the sweep?`
  );
}

function comparison({ recorded, again, same, comparedTo }: Verified): object {
  const losses = (record: RunRecord) => eachLoss((set) => finalLosses(record, set)?.mean ?? null);
  return { id: recorded.id, same, comparedTo: comparedTo ?? null, recorded: losses(recorded), again: losses(again) };
}

function comparisonRows(verified: readonly Verified[], set: LossSet, paint: Paint): string[][] {
  const loss = (record: RunRecord) => String(finalLosses(record, set)?.mean ?? record.reason);
  const verdict = ({ same, comparedTo }: Verified) => {
    if (!same) return verdictText(paint, "differ");
    return verdictText(paint, "same", comparedTo === undefined ? "same" : `alike up to step ${comparedTo}`);
  };
  const rows = verified.map((each) => [each.recorded.id, loss(each.recorded), loss(each.again), verdict(each)]);
  return [["run", `recorded ${LOSS_WORDS[set].name}`, "trained again", "losses"], ...rows];
}

/** Measures `count` trials of a folder again, at all their correlations. */
function verifyTrials(folder: string, count: number, { effects, note }: Context, { json }: VerifyOptions): number {
  const { settings, measured } = readTrials(folder);
  const trials = sampleOf([...measured.keys()], count);
  note(`measuring ${numberOf(trials.length, "trial")} again: ${trials.join(", ")}`);
  const verified = trials.map((run) => {
    const { seed, correlations, rows } = settings;
    const again = measuredCorrelations(generatorSettings(settings.data), correlations, rows, { seed, run });
    const recorded = measured[run];
    return { trial: run, same: again.every((value, i) => value === recorded[i]), recorded, again };
  });
  const rows = verified.map(({ trial, same }) => [String(trial), same ? "same" : "differs"]);
  effects.stdout.write(json ? jsonText(verified) : table([["trial", "all correlations"], ...rows]));
  return verified.every(({ same }) => same) ? EXIT.done : EXIT.checkFailed;
}

/** `count` of `values`, chosen at random without replacement. */
function sampleOf<T>(values: readonly T[], count: number): T[] {
  const left = [...values];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    return left.splice(Math.floor(Math.random() * left.length), 1)[0];
  });
}
