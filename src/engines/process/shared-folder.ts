// The files that a process shares with mmoe, and the temporary folder that they lie in until both have opened them.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../errors.ts";
import { isAlive, machineError, systemReason } from "../../system-errors.ts";
import { SharedFile } from "./shared-rows.ts";

/** Files of one process. */
export interface Shared {
  readonly rows: SharedFile;
  readonly state: SharedFile;
  readonly rowsPath: string;
  readonly statePath: string;
  /** A working folder of its own, if it has one. */
  readonly elsewhere: string | undefined;
  /** Removes the names of files that both sides have open. */
  unname(): void;
  dispose(): void;
}

/** Makes the files, which only this user may read. Throws UsageError if there is no folder for them. */
export function share(elsewhere: boolean): Shared {
  const folder = temporaryFolder();
  const [rowsPath, statePath, own] = ["rows", "state", "folder"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const made = (path: string) => new SharedFile(openSync(path, "wx+", 0o600));
  const [rows, state] = [made(rowsPath), made(statePath)];
  if (elsewhere) mkdirSync(own);
  const remove = (path: string) => rmSync(path, { recursive: true, force: true });
  return {
    rows,
    state,
    rowsPath,
    statePath,
    elsewhere: elsewhere ? own : undefined,
    unname: () => {
      for (const path of elsewhere ? [rowsPath, statePath] : [folder]) remove(path);
    },
    dispose: () => {
      rows.close();
      state.close();
      remove(folder);
    },
  };
}

const FOLDER = "mmoe-process-";

const NUMBERING = "/proc/self/ns/pid";

/** The machine, and on Linux the numbering of processes, in which a folder's process has its number. */
function owner(): string {
  const numbering = existsSync(NUMBERING) ? readlinkSync(NUMBERING) : "";
  return createHash("sha256").update(`${hostname()} ${numbering}`).digest("hex").slice(0, 8);
}

/** Removes the folders of processes that were killed. */
function removeLeft(): void {
  const own = new RegExp(`^${FOLDER}${owner()}-(\\d+)-`);
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = own.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true });
    } catch {
      // another has removed it, or it is another user's
    }
  }
}

function temporaryFolder(): string {
  try {
    removeLeft();
    return mkdtempSync(join(tmpdir(), `${FOLDER}${owner()}-${process.pid}-`));
  } catch (error) {
    if (machineError(error)) throw error;
    const reason = systemReason(error as NodeJS.ErrnoException);
    throw new UsageError(`no temporary folder in ${tmpdir()}: ${reason}; set TMPDIR to a folder that can be written`);
  }
}
