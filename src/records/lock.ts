import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UsageError } from "../errors.ts";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the system says that the process began; tells it from a later one with its number. Null where it doesn't say. */
  readonly began: string | null;
  /** For people: ISO time. */
  readonly since: string;
}

/**
 * Keeps a second process of this machine from training the same sweep into the same folder. Processes of other machines
 * have locks, and journals, of their own. What a killed process left is taken over: its owner no longer runs.
 */
export class Lock {
  readonly #path: string;

  /** Throws UsageError where another process holds it. */
  constructor(folder: string) {
    this.#path = join(folder, `${hostname()}.lock`);
    if (this.#claim()) return;
    const owner = this.#owner();
    if (owner !== undefined && isRunning(owner)) {
      const { pid, host, since } = owner;
      throw new UsageError(
        `${folder}: process ${pid} on ${host} has been writing here since ${since}; wait for it, or give another --out`,
      );
    }
    rmSync(this.#path, { force: true });
    if (!this.#claim())
      throw new UsageError(`${folder}: another process has just begun to write here; give another --out`);
  }

  release(): void {
    rmSync(this.#path, { force: true });
  }

  /** Creates the lock's file unless it is there. */
  #claim(): boolean {
    const owner: Owner = {
      pid: process.pid,
      host: hostname(),
      began: beganAt(process.pid),
      since: new Date().toISOString(),
    };
    try {
      const file = openSync(this.#path, "wx");
      writeSync(file, JSON.stringify(owner));
      closeSync(file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
  }

  /** Undefined for a file torn by a crash. */
  #owner(): Owner | undefined {
    try {
      return JSON.parse(readFileSync(this.#path, "utf8")) as Owner;
    } catch {
      return undefined;
    }
  }
}

function isRunning({ pid, began }: Owner): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it runs, as somebody else
  }
  return began === null || began === beganAt(pid);
}

/** Field 22 of Linux's /proc/PID/stat: when the process began, in ticks since boot. */
function beganAt(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}
