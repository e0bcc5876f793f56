import type { Effects } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";

export interface Stop {
  readonly signal: AbortSignal;
  /** The exit code of what stopped the sweep; undefined while nothing has. */
  readonly code: number | undefined;
  /** `by Ctrl-C`, `by SIGTERM` or `at its time limit`; empty while nothing has. */
  readonly reason: string;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Turns the first Ctrl-C or SIGTERM, or the end of `limitMs`, into an abort; a second signal ends the process at once. */
export function stopOnSignals(effects: Effects, limitMs?: number): Stop {
  const controller = new AbortController();
  let code: number | undefined;
  let reason = "";
  const stopper = (exitCode: number, why: string) => () => {
    if (code !== undefined) return;
    code = exitCode;
    reason = why;
    controller.abort();
  };
  const interrupt = stopper(EXIT.interrupted, "by Ctrl-C");
  const terminate = stopper(EXIT.stopped, "by SIGTERM");
  const limit = limitMs === undefined ? undefined : setTimeout(stopper(EXIT.stopped, "at its time limit"), limitMs);
  effects.once("SIGINT", interrupt);
  effects.once("SIGTERM", terminate);
  return {
    signal: controller.signal,
    get code() {
      return code;
    },
    get reason() {
      return reason;
    },
    release: () => {
      clearTimeout(limit);
      effects.off("SIGINT", interrupt);
      effects.off("SIGTERM", terminate);
    },
  };
}
