import { closeSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { UsageError } from "../errors.ts";
import { isSystemError, systemReason } from "../system-errors.ts";
import { homePaths } from "./home.ts";
import type { Machine } from "./machine.ts";

export interface HomeLock {
  /** The locked file; a command that inherits it holds the lock too, until it ends. */
  readonly file: number;
  release(): void;
}

interface LockOptions {
  /** When it aborts, the lock is no longer waited for, and the promise rejects. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/**
 * The exit code of `flock --nonblock` if somebody else holds the lock; any other code but 0 means that there are no
 * locks.
 */
const HELD = 1;

/**
 * Keeps every other set-up out of a home, also those of machines that share its disk; waits while one runs. It is a
 * system lock on an open file and ends with the processes that have the file open. So a killed set-up leaves no lock,
 * but others wait for the commands that it started.
 */
export async function lockHome(machine: Machine, home: string, options: LockOptions): Promise<HomeLock> {
  const file = openLock(home);
  try {
    await lock(file, machine, home, options);
  } catch (error) {
    closeSync(file);
    throw error;
  }
  sign(file);
  return { file, release: () => closeSync(file) };
}

function openLock(home: string): number {
  try {
    mkdirSync(home, { recursive: true });
    return openSync(homePaths(home).lock, "a");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UsageError(`${home}: can't be locked: ${systemReason(error)}; give another --prefix`);
  }
}

/** Tells waiting processes who holds the lock; the lock works without it, for instance on a full disk. */
function sign(file: number): void {
  try {
    ftruncateSync(file);
    writeSync(file, `mmoe cuda setup (process ${process.pid} on ${hostname()})`);
  } catch (error) {
    if (!isSystemError(error)) throw error;
  }
}

async function lock(file: number, machine: Machine, home: string, { signal, note }: LockOptions): Promise<void> {
  const flock = (...options: string[]) => machine.run("flock", [...options, "3"], { signal, inherits: file });
  const { code, lines } = await flock("--nonblock");
  if (code === 0) return;
  if (code !== HELD) return note(`${home}: can't be locked (${lines.at(-1)}): start no other set-up here meanwhile`);
  const holder = readFileSync(homePaths(home).lock, "utf8") || "another mmoe cuda setup";
  note(`${home}: ${holder} is working here; waiting for it`);
  const wait = await flock();
  if (wait.code !== 0) throw new UsageError(`${home}: ${holder} is working here; waiting failed: ${wait.lines.at(-1)}`);
}
