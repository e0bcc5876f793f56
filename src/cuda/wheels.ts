import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { watchDownload } from "./download-progress.ts";
import { homePaths } from "./home.ts";
import type { Machine } from "./machine.ts";
import type { LockedWheels } from "./package-locks.ts";
import { stepCommand } from "./step-command.ts";
import type { StepContext } from "./steps.ts";

/** The Python version whose wheels are locked: their libraries are the same for every version. */
const WHEELS_FOR_PYTHON = "3.12";

interface Wheels {
  readonly locked: LockedWheels;
  /** Approximate size of all of them. */
  readonly downloadBytes: number;
  readonly folder: string;
}

/** Unpacks wheels as in a site-packages folder, without their Python dependencies: only their libraries are used. */
export async function unpackWheels(
  machine: Machine,
  home: string,
  { locked, downloadBytes, folder }: Wheels,
  context: StepContext,
): Promise<void> {
  if (!existsSync(pythonOf(home))) await makeEnvironment(machine, home, context); // its Python has gone
  const partial = `${folder}.partial`;
  const unpacking = join(home, "unpacking"); // the system's temporary folder is often small, or in memory
  for (const left of [partial, unpacking]) rmSync(left, { recursive: true, force: true });
  mkdirSync(unpacking, { recursive: true });
  const quietly = ["--disable-pip-version-check", "--progress-bar", "off", "--no-compile"];
  const which = ["--no-deps", "--only-binary=:all:", "--python-version", WHEELS_FOR_PYTHON, "--require-hashes"];
  const args = ["-I", "-m", "pip", "install", ...quietly, ...which, "--target", partial, "-r", locked.file];
  const stopWatching = watchDownload({ folder: unpacking, bytes: downloadBytes, onLine: context.onLine });
  await stepCommand(machine, pythonOf(home), args, context, { env: { TMPDIR: unpacking } }).finally(stopWatching);
  rmSync(unpacking, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** Makes a home's Python environment; replaces one that exists. */
export function makeEnvironment(machine: Machine, home: string, context: StepContext): Promise<void> {
  return stepCommand(machine, "python3", ["-I", "-m", "venv", "--clear", homePaths(home).python], context);
}

/** The interpreter of a home's environment: a link to the Python that made it. */
export function pythonOf(home: string): string {
  return join(homePaths(home).python, "bin/python");
}
