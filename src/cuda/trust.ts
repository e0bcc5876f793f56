import { type Stats, statSync } from "node:fs";
import { UsageError } from "../errors.ts";
import { shellQuoted } from "../shell.ts";
import { layoutOf } from "./home.ts";

export interface Problem {
  readonly problem: string;
  readonly fix: string;
}

/** Who may own a home: this user and root. None where the system does not say. */
const OWNERS = process.getuid === undefined ? [] : [process.getuid(), 0];

/**
 * Why no code of a home is loaded: another user can write, or wrote, what would run as this one. Undefined where nobody can, or
 * nothing is there. A home is looked at where its code begins, not file by file: on a shared disk that takes minutes.
 */
export function distrustOf(home: string, owners: readonly number[] = OWNERS): Problem | undefined {
  const { binding, addon, quiet, libraries, tensorflow, nvidia, markers } = layoutOf(home);
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

/** Throws UsageError where `distrustOf` finds something. */
export function checkTrust(home: string): void {
  const distrust = distrustOf(home);
  if (distrust) throw new UsageError(`${distrust.problem}, so nothing of it is run; ${distrust.fix}`);
}
