export const EXIT = {
  done: 0,
  /** A bug of ours. */
  bug: 1,
  /** The user can mend it: flag, config, output in the way. */
  usage: 2,
  /** Some run failed; it is recorded, the rest is done. */
  failedRuns: 3,
  /** Stopped by SIGTERM. */
  terminated: 75,
  /** Ctrl-C. */
  interrupted: 130,
} as const;
