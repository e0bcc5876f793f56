import type { MachineError } from "../machine-error.ts";

export const EXIT = {
  done: 0,
  /** A bug of ours. */
  bug: 1,
  /** The user can fix it: a flag, a config, a file in the way. */
  usage: 2,
  /** Some run failed; it is recorded, the rest is done. */
  failedRuns: 3,
  /** A check that was asked for does not hold. */
  checkFailed: 4,
  /** Stopped by SIGTERM, SIGHUP, a time limit or trouble of the machine that may pass; the same command resumes. */
  stopped: 75,
  /** Ctrl-C; the same command resumes. */
  interrupted: 130,
  /** The reader of stdout left before the end; what the command does is done. */
  readerLeft: 141,
} as const;

/**
 * The exit code for trouble of the machine: the same command may go on at once, as on a cluster, or the user must act
 * first.
 */
export function troubleCode({ mayPass }: MachineError): number {
  return mayPass ? EXIT.stopped : EXIT.usage;
}
