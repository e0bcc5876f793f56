import { getSystemErrorMap } from "node:util";
import { UsageError } from "./errors.ts";

/** True for an error of the operating system: a file that can't be opened, a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** Does what may fail without harm: a file in a folder that somebody removed, a full disk. */
export function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof UsageError)) throw error;
  }
}

/** An operating system's error in words, e.g. `no space left on device`. */
export function systemReason({ errno, code, message }: NodeJS.ErrnoException): string {
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known?.[1] ?? code ?? message;
}

/** Whether this machine has a process `pid`. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it runs, as somebody else
  }
}
