import { setMaxListeners } from "node:events";
import { existsSync, realpathSync } from "node:fs";
import { basename, join } from "node:path";
import type { Config } from "../config/config.ts";
import { ownModelsIn } from "../config/own-models.ts";
import { defined } from "../defined.ts";
import type { AnyRun, Engine } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { FORMATS, figureFiles } from "../figures/files.ts";
import { regimesFigure } from "../figures/regimes.ts";
import { makeFolder, writeWholeSync } from "../files.ts";
import { type Results, readResults } from "../records/read-results.ts";
import {
  type CommittedRuns,
  committedRuns,
  isOf,
  NARROW,
  REGIMES,
  type RegimeSweep,
  regimeNames,
  regimeSweeps,
  tunedSettings,
} from "../regimes/regimes.ts";
import { AGAINST, asRegime, contestants, type RegimeResult, regimeResults, resultRows } from "../regimes/standings.ts";
import { mean } from "../stats/moments.ts";
import { checkRuns } from "../sweep/check-runs.ts";
import { trainingsOf } from "../sweep/early-stopping.ts";
import { loadEngine } from "../sweep/engines.ts";
import { estimateTime } from "../sweep/estimate.ts";
import { runSweep, type SweepRequest } from "../sweep/run-sweep.ts";
import { plannedShare, type SweepShare } from "../sweep/share.ts";
import { trainAgain } from "../sweep/train-again.ts";
import { listed } from "../text.ts";
import { duration, numberOf } from "../units.ts";
import { chosenShard } from "./cluster/shard-option.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { noteMissing } from "./loss-commands.ts";
import { choiceOption, collect, folderOption, jsonText, listOption } from "./options.ts";
import { type Stop, stopOnSignals } from "./stop.ts";
import { checkedOptions, ENVIRONMENT_HELP, typedWords } from "./sweep-options.ts";
import { blocksText, roomOf } from "./text/blocks.ts";
import { type Progress, progressFor } from "./text/progress.ts";
import { committedBlocks, ownBlocks } from "./text/regimes-text.ts";

const HELP = `${ENVIRONMENT_HELP}
Without a model, it shows how the committed runs stand. With folders of sweeps
on tables, it shows how their models stand over these, as over regimes.
${examples(
  "mmoe regimes",
  "mmoe regimes --model my_model.py --only few-rows,rare-label",
  "mmoe regimes --models shared-bottom,mmoe --method pcgrad",
  "mmoe regimes --model my_model.py --shard 2/16",
  "mmoe regimes results/tables/*/",
)}`;

const withOptions = (command: Command) =>
  command
    .argument("[folders...]", "results folders of sweeps with single-task, in place of the regimes")
    .option("--model <file>", "your model in Python or JavaScript; repeatable", collect, [])
    .option("--models <list>", "models of the zoo to train, separated by commas (see mmoe models)")
    .option("--model-set <model.field=value>", "change a model, such as mmoe.experts.shared=4", collect, [])
    .option("--env <name>", "let your own models see a variable, whose value then counts; repeatable", collect, [])
    .option("--method <name>", "how the tasks' gradients are combined; or several")
    .option("--only <regimes>", `only these, separated by commas: ${regimeNames().join(", ")}`)
    .option("--runs <n>", "runs per model and cell, each beside the committed run of its number (default: 10)")
    .option("--lr <list>", "learning rates, among which the validation rows of other runs choose")
    .option("--set <key=value>", "another setting of training, such as weightDecay; repeatable", collect, [])
    .option("--out <folder>", "where results go, a folder for each sweep, and the figure (default: results/my-regimes)")
    .option("--dry-run", "say what would be trained; train nothing")
    .option("--shard <i/n>", "train the i-th of n parts of each sweep (default: from the job array's variables)")
    .option("--engine <name>", "what trains, as in mmoe sweep")
    .option("--device <name>", "where your own models compute: cpu or cuda")
    .option("--python <path>", "the Python interpreter of models in Python")
    .option("--jobs <n>", "threads of the cpu engine, and processes of your own models (default: all cores)")
    .option("--retry-failed", "train the failed runs of the results folders again")
    .option("--json", "one line of JSON per event, as mmoe sweep --json, and one of how all contestants stand")
    .addHelpText("after", HELP);

type RegimeOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) =>
  withOptions(command).action((folders, options) =>
    run((context) => {
      if (folders.length > 0) {
        expectOnly(SHOWING, command, `expected no training beside folders; leave out ${listed(folders)}`);
        return ofFolders(folders, options, context);
      }
      if (!trainsModels(options))
        expectOnly(
          [...SHOWING, "--only"],
          command,
          "expected models to train; add --models shared-bottom,mmoe or your own",
        );
      return regimes(options, context);
    }),
  );

/** Options that train nothing. */
const SHOWING = ["--out", "--json", "--quiet"];

/** Throws UsageError that `says` more for the first other option that was typed. */
function expectOnly(options: readonly string[], command: Command, says: string): void {
  const others = command.options.filter(({ long }) => !options.includes(long ?? ""));
  const stray = others.map((option) => typedWords(command, [option]).join(" ")).find((words) => words !== "");
  if (stray !== undefined) throw new UsageError(`${stray}: ${says}`);
}

/** Whether the user names a model. */
function trainsModels({ models, model, modelSet }: RegimeOptions): boolean {
  return models !== undefined || model.length > 0 || modelSet.length > 0;
}

/** Shows how models stand over results folders, each a regime of its own, as the committed ones. */
async function ofFolders(folders: readonly string[], options: RegimeOptions, context: Context): Promise<number> {
  const isUnique = new Set(folders.map((folder) => basename(folder))).size === folders.length;
  const paths = folders.map((folder) => (existsSync(folder) ? realpathSync(folder) : folder));
  const twice = folders.find((_, i) => paths.indexOf(paths[i]) < i);
  if (twice !== undefined) throw new UsageError(`${twice}: expected each folder once; leave it out`);
  const found = folders.map(async (folder) => {
    const results = await readResults(folder, context.note);
    noteMissing(results, context.note);
    const found = asRegime(isUnique ? basename(folder) : folder, results);
    if (found.committed.some(({ name }) => name === AGAINST)) {
      if (found.committed.some(({ name }) => name !== AGAINST)) return found;
      throw new UsageError(`${folder}: no run of another model than ${AGAINST}; train some with --models`);
    }
    const tuned = tunedSettings(results.config);
    if (found.committed.length === 0 && tuned.length > 0 && results.records.length > 0)
      throw new UsageError(
        `${folder}: no validation rows choose among the values of ${listed(tuned)}; train one value, or two runs or more with validation rows`,
      );
    throw new UsageError(`${folder}: no run of ${AGAINST}, over which gains are; train it with --models ${AGAINST}`);
  });
  const results = regimeResults(await Promise.all(found));
  show(results, options, context, "one folder alone shows its gains");
  if (options.out !== undefined) await draw(results, folderOption("--out", options.out), context);
  return EXIT.done;
}

/** A sweep of a regime as the user asks for it, and where its results go. */
interface OwnSweep {
  readonly sweep: RegimeSweep;
  readonly request: SweepRequest & { readonly out: string };
}

async function regimes(options: RegimeOptions, context: Context): Promise<number> {
  const sweeps = regimeSweeps(chosenRegimes(options.only));
  const out = options.out === undefined ? undefined : folderOption("--out", options.out);
  const folder = out ?? "results/my-regimes";
  const own = trainsModels(options) ? sweeps.map((sweep) => ownSweep(sweep, folder, options, context)) : [];
  const committed = await committedRuns(sweeps, context.note);
  const code = own.length > 0 ? await trained(own, committed, options, context) : EXIT.done;
  if (options.dryRun || (code !== EXIT.done && code !== EXIT.failedRuns)) return code;
  const results = await standingsOf(committed, own, context);
  if (results.length === 0)
    throw new UsageError(`no committed runs of ${listed(sweeps.map(({ name }) => name))} are here`);
  const missing = results.find(({ own: mine }) => mine.length === 0);
  if (own.length > 0 && missing) {
    context.note(`${missing.regime}: no run is done in every cell; run this again when all shards are done`);
    return code;
  }
  show(results, options, context);
  if (own.length > 0 || out !== undefined) await draw(results, folder, context);
  return code;
}

function chosenRegimes(text: string | undefined): string[] {
  const names = regimeNames();
  return text === undefined ? names : listOption(text).map((name) => choiceOption("--only", name, names));
}

/** Models are those of `--models`, or of the files alone. */
function ownSweep(sweep: RegimeSweep, folder: string, options: RegimeOptions, { effects, argv }: Context): OwnSweep {
  const { models, modelSet } = options;
  const preset = sweep.config.models;
  const sizes = modelSet.length > 0 ? [] : preset; // a model that is changed keeps its size
  const named = models === undefined ? undefined : listOption(models).map((name) => narrowed(name, sizes));
  const given = {
    runs: "10",
    ...options,
    ...NO_ROWS,
    ...defined({ models: named?.join() }),
    out: join(folder, sweep.name),
  };
  const checked = checkedOptions(`${REGIMES}/${sweep.name}`, given, effects.env);
  const trained =
    named === undefined ? checked.config.models.filter((name) => !preset.includes(name)) : checked.config.models;
  const config: Config = Object.freeze({
    ...checked.config,
    models: trained,
    ownModels: ownModelsIn({ models: trained, ownModels: checked.config.ownModels }),
  });
  if (!isOf(sweep, config))
    throw new UsageError(
      `--set ${options.set.join(" --set ")}: changes the rows or the length of ${sweep.name}; its committed runs then don't pair`,
    );
  const tuned = tunedSettings(config);
  if (config.runs === 1 && tuned.length > 0)
    throw new UsageError(
      `--runs 1: other runs choose among the values of ${listed(tuned)}; give 2 runs or more, or one value`,
    );
  const { shard } = chosenShard(options.shard, effects.env);
  const { retryFailed } = options;
  const engineOptions = { ...checked.engineOptions, env: effects.env };
  return { sweep, request: { ...checked, config, engineOptions, shard, retryFailed, argv } };
}

const NO_ROWS = { label: [], input: [], ignore: [], categorical: [], lists: [], na: [], task: [] };

/** A model of the zoo in the size of a regime that has its own. */
function narrowed(name: string, preset: readonly string[]): string {
  return preset.includes(`${name}${NARROW}`) ? `${name}${NARROW}` : name;
}

/** Says what is to do, looks at the committed runs on this machine, and trains. The exit code. */
async function trained(
  own: readonly OwnSweep[],
  committed: CommittedRuns,
  { dryRun, json }: RegimeOptions,
  context: Context,
): Promise<number> {
  const shares = own.map(({ request }) => plannedShare(request, context.note));
  const todo = shares.flatMap((share) => share.todo);
  const progress = progressFor(json === true, context);
  const engine = todo.length > 0 ? await engineOf(own, todo, progress) : undefined;
  try {
    const { models } = own[0].request.config;
    const time = engine && (await timeText(own, shares, { committed, engine }));
    const what = `${listed(models)}: ${numberOf(todo.length, "run")} to train in ${numberOf(own.length, "sweep")}`;
    const unpaired = unpairedText(own, committed);
    if (unpaired !== undefined) context.note(unpaired);
    const line = time === undefined ? what : `${what}, ${time}`;
    if (dryRun) {
      context.effects.stdout.write(`${line}\n`);
      return EXIT.done;
    }
    context.note(line);
    const isFailed = shares.some(({ ended }) => [...ended.values()].some(({ status }) => status === "failed"));
    const open = own.filter((_, i) => shares[i].todo.length > 0);
    const code = engine ? await trainAll(open, { committed, engine, progress }, context) : EXIT.done;
    return code === EXIT.done && isFailed ? EXIT.failedRuns : code;
  } finally {
    await engine?.dispose();
  }
}

/** The engine that trains all sweeps, one after the other: they have the same models. What it notes stands above the bar. */
function engineOf([{ request }]: readonly OwnSweep[], runs: readonly AnyRun[], { note }: Progress): Promise<Engine> {
  return loadEngine(request.engine ?? "auto", { ...request.engineOptions, note }, runs);
}

/** Where runs go on beyond the committed ones, beside which they are shown. */
function unpairedText(own: readonly OwnSweep[], committed: CommittedRuns): string | undefined {
  const { runs } = own[0].request.config;
  const beyond = own.flatMap(({ sweep }) => {
    const pairs = Math.max(0, ...(committed.get(sweep) ?? []).map(({ config }) => config.runs));
    return pairs < runs ? [`${sweep.name} ${pairs}`] : [];
  });
  if (beyond.length === 0) return undefined;
  return `--runs ${runs}: only runs with a committed one of their number are compared: ${listed(beyond)}`;
}

/** Trains sweeps if committed runs are the same on this machine. */
async function trainAll(
  own: readonly OwnSweep[],
  {
    committed,
    engine,
    progress,
  }: { readonly committed: CommittedRuns; readonly engine: Engine; readonly progress: Progress },
  context: Context,
): Promise<number> {
  const stop = stopOnSignals(context.effects, "finished runs are kept");
  try {
    const areSame = await areSameHere(committed, stop, context);
    if (stop.code !== undefined) return stop.code;
    if (!areSame) return EXIT.checkFailed;
    let failed = 0;
    for (const { sweep, request } of own) {
      const how = { signal: stop.signal, listener: progress, lent: engine };
      const outcome = await runSweep(request, how).finally(() => progress.stop());
      progress.end(outcome);
      failed += outcome.failed;
      if (outcome.stopped === undefined) continue;
      const where = `mmoe: stopped ${stop.reason} in ${sweep.name}`;
      context.note(`${where}; finished runs are kept; resume with:\n${context.commandLine}`);
      return stop.code ?? EXIT.stopped;
    }
    return failed > 0 ? EXIT.failedRuns : EXIT.done;
  } finally {
    stop.release();
  }
}

/** About how long the runs to do take: by a trial of some of them, and the steps that committed runs needed. */
async function timeText(
  own: readonly OwnSweep[],
  shares: readonly SweepShare[],
  { committed, engine }: { readonly committed: CommittedRuns; readonly engine: Engine },
): Promise<string> {
  const first = shares.map(({ todo }) => todo.filter(({ index }) => index === todo[0]?.index));
  const sample = first.flat();
  await checkRuns(first[0] ?? [], own[0].request.config, engine);
  const usual = own.flatMap(({ sweep }, i) => usualTrainings(first[i], committed.get(sweep)?.[0]));
  const { value, startMs, cores } = await estimateTime(usual, engine, TRIAL_MS);
  const count = shares.reduce((sum, { todo }) => sum + todo.length, 0);
  const checksMs = committed.size * CHECK_MS;
  const where = cores === undefined ? "" : ` on ${numberOf(cores, "idle core")}`;
  return `about ${duration(checksMs + startMs + ((value - startMs) * count) / sample.length)}${where} if they stop as committed runs did`;
}

/** How long a kind of runs is tried, of a model that trains half a minute in all regimes. */
const TRIAL_MS = 250;
/** Training a committed run of a sweep again takes about as long. */
const CHECK_MS = 150;

/** What runs train if they choose as many steps as committed runs of their sweep. */
function usualTrainings(runs: readonly AnyRun[], committed: Results | undefined): AnyRun[] {
  const usual = committed && Math.round(mean(committed.records.map(({ steps }) => steps)));
  return runs.flatMap((run) => trainingsOf(run, usual));
}

/** Trains a committed run of each sweep again: all others then are the same here, too. */
async function areSameHere(committed: CommittedRuns, { signal }: Stop, { effects, note }: Context): Promise<boolean> {
  const start = performance.now();
  const how = { allowCpu: true, kernels: undefined, python: undefined, env: effects.env, note: () => {}, signal };
  const first = [...committed.values()].flatMap((folders) => folders.slice(0, 1));
  setMaxListeners(first.length, signal);
  const compared = first.map(async ({ path, config, records }) => {
    const some = records.filter(({ status }) => status === "done").slice(0, 1);
    const wrong = (await trainAgain(some, config, how)).find(({ same }) => !same);
    return wrong && `${path}: run ${wrong.recorded.id}`;
  });
  const wrong = (await Promise.all(compared)).find((run) => run !== undefined);
  if (wrong !== undefined) {
    note(`mmoe: ${wrong} has other losses when trained here, so its runs don't pair with yours`);
    return false;
  }
  if (!signal.aborted)
    note(`a committed run of each sweep is the same on this machine (${duration(performance.now() - start)})`);
  return true;
}

/** How the contestants of the user and the committed ones stand in each regime. */
async function standingsOf(
  committed: CommittedRuns,
  own: readonly OwnSweep[],
  { note }: Context,
): Promise<RegimeResult[]> {
  const found = [...committed].map(async ([sweep, folders]) => {
    const mine = own.find((one) => one.sweep === sweep)?.request.out;
    const results = mine === undefined ? [] : [await readResults(mine, note)];
    return { sweep, committed: contestants(sweep, folders), own: contestants(sweep, results) };
  });
  return regimeResults(await Promise.all(found));
}

function show(
  results: readonly RegimeResult[],
  { json }: RegimeOptions,
  { effects: { stdout } }: Context,
  more = "--only few-rows shows a regime",
): void {
  const isOwn = results.some(({ own }) => own.length > 0);
  const text = blocksText(isOwn ? ownBlocks(results) : committedBlocks(results, more), roomOf(stdout));
  const event = () => jsonText({ event: "standings", text, standings: resultRows(results) }, 0);
  stdout.write(json ? event() : text);
}

async function draw(results: readonly RegimeResult[], out: string, { note }: Context): Promise<void> {
  makeFolder(out);
  const files = await figureFiles(regimesFigure(results), FORMATS);
  for (const { ending, content } of files) writeWholeSync(join(out, `${REGIMES}.${ending}`), content);
  note(`${join(out, REGIMES)}${files.map(({ ending }) => `.${ending}`).join(", ")}`);
}
