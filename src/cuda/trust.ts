import { type Stats, statSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../shell.ts";
import { homePaths } from "./home.ts";

export interface Problem {
  readonly problem: string;
  readonly fix: string;
}

/** User ids that may own a home: this user and root. None if the system does not say. */
const OWNERS = process.getuid === undefined ? [] : [process.getuid(), 0];

/**
 * Why no code of a home is loaded: another user can write, or wrote, code that would run as this user. Undefined if
 * nobody can, or if nothing is there. It checks where a home's code begins, not file by file, which takes minutes on a
 * shared disk.
 */
export function distrustOf(home: string, owners: readonly number[] = OWNERS): Problem | undefined {
  const { binding, addon, quiet, libraries, tensorflow, nvidia, markers } = homePaths(home);
  for (const path of [home, libraries, tensorflow, nvidia, binding, addon, quiet, markers]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    const problem = stats && problemOf(path, stats, owners);
    if (problem) return { problem, fix: fixOf(home, problem) };
  }
  return undefined;
}

function problemOf(path: string, { uid, mode }: Stats, owners: readonly number[]): string | undefined {
  if (owners.length > 0 && !owners.includes(uid)) return `${path} is another user's (${uid})`;
  return (mode & 0o022) === 0 ? undefined : `${path} can be written by others`;
}

function fixOf(home: string, problem: string): string {
  if (problem.endsWith("by others")) return `chmod -R go-w ${shellQuoted(home)}`;
  return `set MMOE_CUDA_HOME to a folder of yours, or chown -R "$USER" ${shellQuoted(home)} if you trust it`;
}

/** Throws UsageError if `distrustOf` finds something. */
export function checkTrust(home: string): void {
  const distrust = distrustOf(home);
  if (distrust) throw new UsageError(`${distrust.problem}, so mmoe runs nothing from it; ${distrust.fix}`);
}
