import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { type Binding, findBinding } from "../cuda/binding.ts";
import { visibleCards } from "../cuda/cards.ts";
import { checkTrust, cudaHome, homePaths, isUpToDate, SETUP_FILES } from "../cuda/home.ts";
import { tryBinding } from "../cuda/try-binding.ts";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../text.ts";
import { type Command, type Context, type Define, EXIT, examples, type OptionsOf } from "./command.ts";
import { stopOnSignals } from "./stop.ts";
import { CUDA_SETTINGS } from "./text/doctor-text.ts";

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
  const { prefix, cpu = false, dryRun = false } = options;
  const plan: Plan = { home: prefix === undefined ? cudaHome(effects.env) : resolve(prefix), cpu };
  checkTrust(plan.home);
  if (isThere(plan)) note(`${plan.home}: all is there`);
  else {
    const code = await runScript(plan, dryRun, context);
    if (code !== EXIT.done) return code;
  }
  return dryRun ? EXIT.done : report(plan, context);
}

interface Plan {
  readonly home: string;
  /** TensorFlow for the CPU alone. */
  readonly cpu: boolean;
}

/** Whether an earlier set-up of this mmoe made the same. */
function isThere({ home, cpu }: Plan): boolean {
  const { addon, nvidia } = homePaths(home);
  return existsSync(addon) && isUpToDate(home) && existsSync(nvidia) !== cpu;
}

/** The exit code of `setup.sh` where something is missing, which it has named. */
const MISSING = 3;

/** Installs by `assets/cuda/setup.sh`, in a process group of its own, which a signal to this process ends. */
async function runScript({ home, cpu }: Plan, dryRun: boolean, context: Context): Promise<number> {
  const { effects, note } = context;
  const system = `${process.platform} ${process.arch}`;
  if (system !== "linux x64")
    throw new UsageError(`this is ${system}, TensorFlow's libraries are for linux x64 (on Windows: WSL)`);
  const args = [join(SETUP_FILES, "setup.sh"), home, cpu ? "cpu" : "cuda", ...(dryRun ? ["--dry-run"] : [])];
  const script = spawn("bash", args, { env: effects.env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const stop = stopOnSignals(effects, "the same command begins again");
  stop.signal.addEventListener("abort", () => script.pid && process.kill(-script.pid, "SIGTERM"));
  const lines: string[] = [];
  const hear = (stream: Readable, write: (line: string) => void) =>
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line);
      if (line.trim() !== "") write(line);
    });
  hear(script.stdout, note);
  hear(script.stderr, (line) => stop.code ?? effects.stderr.write(`${line}\n`)); // Bash says that it was stopped
  const [code] = await once(script, "close").finally(() => stop.release());
  if (stop.code !== undefined) {
    note(`mmoe: stopped ${stop.reason}; begin again with:\n${context.commandLine}`);
    return stop.code;
  }
  if (code === MISSING) throw new UsageError("cuda setup can't begin; nothing was installed");
  if (code !== 0) throw new UsageError(`cuda setup: ${failureIn(lines) ?? `exit code ${code}`}; nothing was changed`);
  return EXIT.done;
}

function failureIn(lines: readonly string[]): string | undefined {
  return lines.find((line) => /\berror\b/i.test(line)) ?? lines.at(-1);
}

/** Loads what was built, in a process of its own, and says what it computes on. */
async function report({ home, cpu }: Plan, { effects, note }: Context): Promise<number> {
  const binding: Binding = { folder: homePaths(home).binding, home };
  const { problem, onCard, tensorflow, about } = await tryBinding(effects.env, binding);
  if (problem !== undefined) throw new UsageError(`${home}: the binding does not load: ${problem}`);
  const [card] = onCard ? await visibleCards(effects.env) : [];
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
