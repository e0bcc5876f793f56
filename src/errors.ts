import { getSystemErrorMap } from "node:util";

/** What the user can fix (flag, config, file in the way): one line, exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** The end of a switch over a closed set: a member without a case does not compile. `value` came in by a cast. */
export function unreachable(value: never): never {
  throw new RangeError(`unexpected value ${JSON.stringify(value)}`);
}

/** True for an error of the operating system: a file that can't be opened, a full disk. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}

/** An operating system's error in words, e.g. `no space left on device`. */
export function systemReason({ errno, code, message }: NodeJS.ErrnoException): string {
  const known = errno === undefined ? undefined : getSystemErrorMap().get(errno);
  return known?.[1] ?? code ?? message;
}
