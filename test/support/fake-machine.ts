import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pythonOf } from "../../src/cuda/install.ts";
import type { CommandOptions, CommandResult, Machine } from "../../src/cuda/machine.ts";

type Command = (args: readonly string[], options: CommandOptions) => CommandResult | Promise<CommandResult>;

interface Behaviour {
  readonly system?: string;
  readonly env?: Machine["env"];
  readonly freeBytes?: number;
  /** By the last part of the command's path; any other is not found. */
  readonly commands?: Readonly<Record<string, Command>>;
}

/** A machine that starts no process. */
export function fakeMachine({
  system = "linux x64",
  env = {},
  freeBytes = 1e12,
  commands = {},
}: Behaviour = {}): Machine {
  return {
    system,
    env,
    freeBytes: () => freeBytes,
    run: async (command, args, options = {}) => {
      const run = commands[command.split("/").at(-1) as string];
      const result = run ? await run(args, options) : { code: 127, lines: [`${command}: not found`] };
      for (const line of result.lines) options.onLine?.(line);
      return result;
    },
  };
}

export function prints(...lines: readonly string[]): CommandResult {
  return { code: 0, lines };
}

export function fails(...lines: readonly string[]): CommandResult {
  return { code: 1, lines };
}

/** An empty file, with the folders above it. */
export function touch(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "");
}

/** Commands that leave the files that set-up's real ones leave, and note their arguments in `log`. */
export function installers(log: string[][] = []): Record<string, Command> {
  const noted = (name: string, run: Command): [string, Command] => [
    name,
    (args, options) => {
      log.push([name, ...args]);
      return run(args, options);
    },
  ];
  return Object.fromEntries([
    noted("python3", (args) => makeEnvironment(args)),
    noted("python", (args) => unpackWheels(args)),
    noted("npm", (_, { cwd }) => installPackages(cwd as string)),
    noted("g++", (args) => compile(args)),
    ["flock", () => prints()],
  ]);
}

function makeEnvironment(args: readonly string[]): CommandResult {
  if (args.includes("venv")) {
    const folder = args.at(-1) as string;
    if (args.includes("--clear")) rmSync(folder, { recursive: true, force: true });
    touch(join(folder, "bin/python"));
  }
  return prints("3.11.7");
}

/** As on a machine that has not the Python which a home's environment links to. */
export function loseInterpreter(home: string): void {
  const link = pythonOf(home);
  rmSync(link);
  symlinkSync("/nowhere/python3", link);
}

function unpackWheels(args: readonly string[]): CommandResult {
  const target = args[args.indexOf("--target") + 1];
  const wheels = wheelsIn(args);
  for (const wheel of wheels)
    touch(join(target, `${wheel.replaceAll("-", "_").replace("==", "-")}.dist-info/METADATA`));
  const isTensorflow = wheels.some((wheel) => wheel.startsWith("tensorflow"));
  touch(join(target, isTensorflow ? "tensorflow/libtensorflow_cc.so.2" : "nvidia/nccl/lib/libnccl.so.2"));
  return prints(`Successfully installed ${wheels.join(" ")}`);
}

/** What pip is asked for, by its requirements file. */
export function wheelsIn(args: readonly string[]): string[] {
  const lines = readFileSync(args[args.indexOf("-r") + 1], "utf8").split("\n");
  return lines.filter((line) => /^\w/.test(line)).map((line) => line.split(" ")[0]);
}

function installPackages(cwd: string | undefined): CommandResult {
  if (cwd === undefined) return prints("11.4.2");
  touch(join(cwd, "node_modules/@tensorflow/tfjs-node-gpu/package.json"));
  touch(join(cwd, "node_modules/node-api-headers/include/node_api.h"));
  return prints("added 128 packages");
}

function compile(args: readonly string[]): CommandResult {
  const output = args.indexOf("-o");
  if (output < 0) return prints("12.2.0");
  touch(args[output + 1]);
  return prints();
}
