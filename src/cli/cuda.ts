import { resolve } from "node:path";
import { type Binding, findBinding } from "../cuda/binding.ts";
import { visibleCards } from "../cuda/cards.ts";
import { checkTrust, cudaHome, homePaths } from "../cuda/home.ts";
import { installSteps } from "../cuda/install.ts";
import { lockHome } from "../cuda/lock.ts";
import { type Machine, thisMachine } from "../cuda/machine.ts";
import { folderOf, gigabytes, requirements } from "../cuda/requirements.ts";
import { type Plan, pendingSteps, runSteps, type Step, type StepContext } from "../cuda/steps.ts";
import { tryBinding } from "../cuda/try-binding.ts";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../text.ts";
import { duration } from "../units.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { stopOnSignals } from "./stop.ts";
import { CUDA_SETTINGS, downloadText } from "./text/doctor-text.ts";

const withOptions = (command: Command) =>
  command
    .option("--prefix <folder>", "folder (default: $MMOE_CUDA_HOME, or mmoe/cuda in the user's data folder)")
    .option("--cpu", "TensorFlow for the CPU alone")
    .option("--dry-run", "print what is missing and every package that would be downloaded; install nothing");

type CudaOptions = OptionsOf<typeof withOptions>;

export const define: Define = (command, run) => {
  const lines = ["mmoe cuda setup --dry-run", "mmoe cuda setup", "mmoe cuda setup --prefix /scratch/mmoe-cuda"];
  const help = `${CUDA_SETTINGS}${examples(...lines)}`;
  command.addHelpText("after", help);
  const setup = command.command("setup").description("download TensorFlow with CUDA and build its binding for Node");
  withOptions(setup)
    .addHelpText("after", help)
    .action((options) => run((context) => setUp(options, context)));
};

async function setUp(options: CudaOptions, context: Context): Promise<number> {
  const { effects, note } = context;
  const { prefix, cpu = false } = options;
  const plan = { home: prefix === undefined ? cudaHome(effects.env) : resolve(prefix), cpu };
  checkTrust(plan.home);
  const machine = thisMachine(effects.env);
  const job: Job = { plan, machine, steps: installSteps(machine, plan), named: options.dryRun === true };
  const pending = pendingOf(job);
  if (pending.length === 0) note(allThere(plan));
  // a folder of something else is not even locked: this names what is wrong
  else if (options.dryRun || folderOf(plan.home).fix !== undefined) await announce(job, pending, context);
  if (options.dryRun) return EXIT.done;

  process.umask(process.umask(OTHERS_WRITE) | OTHERS_WRITE); // nobody else may change the files that it makes
  const stop = stopOnSignals(effects, "the same command resumes");
  try {
    if (pending.length > 0) await runAll(job, context, stop.signal);
  } catch (error) {
    if (stop.code === undefined) throw error;
    note(`mmoe: stopped ${stop.reason}; resume with:\n${context.commandLine}`);
    return stop.code;
  } finally {
    stop.release();
  }
  return report(plan, machine, context);
}

/** Permission of group and others to write, as in a file's mode. */
const OTHERS_WRITE = 0o022;

interface Job {
  readonly plan: Plan;
  readonly machine: Machine;
  readonly steps: readonly Step[];
  /** Whether to name each package that would be downloaded. */
  readonly named: boolean;
}

function pendingOf({ plan, steps }: Job): Step[] {
  return pendingSteps(steps, homePaths(plan.home).markers);
}

/** Says what is here, what is missing and what will be downloaded; throws if something is missing. */
async function announce(
  { plan, machine, named }: Job,
  pending: readonly Step[],
  { effects, note }: Context,
  signal?: AbortSignal,
): Promise<void> {
  const diskBytes = pending.reduce((sum, step) => sum + (step.diskBytes ?? 0), 0);
  const needs = await requirements(machine, { home: plan.home, diskBytes, card: !plan.cpu });
  signal?.throwIfAborted(); // Ctrl-C ends the commands that looked, too: nothing is missing
  for (const { name, found, fix } of needs) if (fix === undefined) note(`${name.padEnd(10)}${found}`);
  for (const { name, fix, optional } of needs) {
    if (fix !== undefined) effects.stderr.write(`${name.padEnd(10)}${fix}\n`);
    if (fix !== undefined && optional)
      note(`${" ".repeat(10)}set-up works without: the folder may be for other machines`);
  }
  for (const step of pending) for (const line of downloadText(step, named)) note(line);
  const missing = needs.filter(({ fix, optional }) => fix !== undefined && !optional);
  if (missing.length > 0)
    throw new UsageError(
      `cuda setup can't begin (${missing.map(({ name }) => name).join(", ")}); nothing was installed`,
    );
  if (diskBytes > 0) note(`${"on disk".padEnd(10)}up to ${gigabytes(diskBytes)}, pip's cache included`);
}

function allThere({ home }: Plan): string {
  return `${home}: all is there`;
}

/** Announces and runs the pending steps once no other set-up is in the home: what that one made is then not missing. */
async function runAll(job: Job, context: Context, signal: AbortSignal): Promise<void> {
  const { plan, machine } = job;
  const lock = await lockHome(machine, plan.home, { signal, note: context.note });
  try {
    const pending = pendingOf(job);
    if (pending.length === 0) return context.note(allThere(plan)); // another set-up did it meanwhile
    await announce(job, pending, context, signal);
    await run(job, context, { signal, lock: lock.file });
  } finally {
    lock.release();
  }
}

async function run({ plan, steps }: Job, { note }: Context, running: Pick<StepContext, "signal" | "lock">) {
  const onLine = (line: string) => {
    if (line.trim() !== "") note(`    ${line.slice(0, 74)}`);
  };
  const listener = {
    onStart: (step: Step) => note(`${steps.indexOf(step) + 1}/${steps.length} ${step.name}`),
    onDone: (_: Step, elapsedMs: number) => note(`    done in ${duration(elapsedMs)}`),
  };
  await runSteps(steps, homePaths(plan.home).markers, { ...running, onLine }, listener);
}

/** Loads what was built, in a process of its own, and says what it computes on. */
async function report({ home, cpu }: Plan, machine: Machine, { effects, note }: Context): Promise<number> {
  const binding: Binding = { folder: homePaths(home).binding, home };
  const { problem, onCard, tensorflow, about } = await tryBinding(machine, binding);
  if (problem !== undefined) throw new UsageError(`${home}: the binding does not load: ${problem}`);
  const [card] = onCard ? await visibleCards(machine) : [];
  const device = onCard ? (card?.name ?? "a card") : cpu ? "the CPU" : "the CPU: it finds no card";
  effects.stdout.write(`TensorFlow ${tensorflow} computes on ${device}\n`);
  if (!onCard && !cpu && about) note(`TensorFlow says: ${about}`);
  const used = findBinding(effects.env);
  if (used && !used.home) {
    const why = effects.env.MMOE_TFJS_NODE_GPU ? "MMOE_TFJS_NODE_GPU names" : "installed with mmoe is";
    note(`not used, as ${why} ${used.folder}`);
  } else if (used?.home !== home) note(`to use it: export MMOE_CUDA_HOME=${shellQuoted(home)}`);
  return EXIT.done;
}
