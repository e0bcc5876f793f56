import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { basename } from "node:path";
import { nearestExisting } from "../files.ts";
import { type Card, visibleCards } from "./cards.ts";
import { homePaths } from "./home.ts";
import type { Machine } from "./machine.ts";

/** Something that set-up needs. */
interface Requirement {
  readonly name: string;
  /** What is there, e.g. a version; undefined if it is missing. */
  readonly found?: string;
  /** What to do about it, if something is wrong. */
  readonly fix?: string;
  /** Set-up works without it. */
  readonly optional?: boolean;
}

/** The driver that CUDA 12's libraries need, by its version's first number. */
const OLDEST_DRIVER = 525;

interface Needs {
  readonly home: string;
  readonly diskBytes: number;
  /** Whether a card is to be used. */
  readonly card: boolean;
}

/** Everything that set-up needs, and what this machine has. */
export async function requirements(machine: Machine, needs: Needs): Promise<Requirement[]> {
  return Promise.all([
    system(machine),
    compiler(machine),
    python(machine),
    npm(machine),
    folderOf(needs.home),
    disk(machine, needs),
    ...(needs.card ? [visibleCards(machine).then(driverOf)] : []),
  ]);
}

/** What is there or, where that is nothing, what to do. */
function requirement(name: string, found: string | undefined, fix: string): Requirement {
  return found ? { name, found } : { name, fix };
}

function system({ system }: Machine): Requirement {
  const fix = `this is ${system}, TensorFlow's libraries are for linux x64 (on Windows: WSL)`;
  return requirement("system", system === "linux x64" ? system : undefined, fix);
}

/** The C++ compiler: CXX, as for make. */
export function compilerOf({ env }: Machine): string {
  return env.CXX || "g++";
}

async function compiler(machine: Machine): Promise<Requirement> {
  const command = compilerOf(machine);
  const found = await version(machine, command, ["-dumpfullversion", "-dumpversion"]);
  const fix = `no ${command}: apt install g++, dnf install gcc-c++, module load gcc; or CXX`;
  return requirement("compiler", found && `${command} ${found}`, fix);
}

/**
 * A Python that can make an environment with pip: it unpacks TensorFlow and never runs it. -I: no imports from this
 * folder.
 */
async function python(machine: Machine): Promise<Requirement> {
  const found = await version(machine, "python3", ["-I", "-c", PYTHON_PROBE]);
  return requirement("python", found, "no python3 (3.8 or later) with venv and pip: apt install python3-venv");
}

const PYTHON_PROBE = "import sys, venv, ensurepip; assert sys.version_info >= (3, 8); print(sys.version.split()[0])";

async function npm(machine: Machine): Promise<Requirement> {
  const found = await version(machine, "npm", ["--version"]);
  return requirement("npm", found, "no npm: it comes with Node; apt install npm");
}

/** The last line that a command prints, if it succeeds. */
async function version(machine: Machine, command: string, args: readonly string[]): Promise<string | undefined> {
  const { code, lines } = await machine.run(command, args);
  return code === 0 ? lines.at(-1) : undefined;
}

/** A set-up may work in a folder that does not exist, is empty, or holds its own files. */
export function folderOf(home: string): Requirement {
  const parent = nearestExisting(home);
  if (!isWritableFolder(parent))
    return { name: "folder", fix: `${parent} is not a folder that can be written to; give another --prefix` };
  const foreign = foreignIn(home);
  const fix = `${home} holds '${foreign}', which is not from a set-up; give another --prefix`;
  return requirement("folder", foreign === undefined ? home : undefined, fix);
}

/** Reads the folder only once, since another set-up may lock it meanwhile and write markers under a temporary name. */
function foreignIn(home: string): string | undefined {
  const names = existsSync(home) ? readdirSync(home) : [];
  const [lock, markers] = [basename(homePaths(home).lock), basename(homePaths(home).markers)];
  return names.includes(markers) ? undefined : names.find((name) => name !== lock && !name.startsWith(`${markers}.`));
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function disk(machine: Machine, { home, diskBytes }: Needs): Requirement {
  const free = machine.freeBytes(home);
  const found = `${gigabytes(free)} free`;
  const fix = `${found}, ${gigabytes(diskBytes)} needed; make room, or give another --prefix`;
  return requirement("disk", free >= diskBytes ? found : undefined, fix);
}

/** Requirement on the first card's driver. Set-up may run without a card, for machines that share the folder. */
export function driverOf([card]: readonly Card[]): Requirement {
  const none = "no card (nvidia-smi shows none); to use one install NVIDIA's driver";
  if (card === undefined) return { name: "driver", fix: none, optional: true };
  const isOld = Number.parseInt(card.driver, 10) < OLDEST_DRIVER;
  const fix = `${card.driver} is too old for CUDA 12; install ${OLDEST_DRIVER}.60 or later`;
  return { ...requirement("driver", isOld ? undefined : `${card.driver}, ${card.name}`, fix), optional: true };
}

/** Bytes for people: 4.2 GB. */
export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
