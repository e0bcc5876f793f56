import type { Effects } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";

export interface Stop {
  readonly signal: AbortSignal;
  /** The exit code of what stopped the sweep; undefined while nothing has. */
  readonly code: number | undefined;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Turns the first Ctrl-C or SIGTERM into an abort; a second one ends the process at once, as Node does by itself. */
export function stopOnSignals(effects: Effects): Stop {
  const controller = new AbortController();
  let code: number | undefined;
  const onSignal = (exitCode: number) => () => {
    code ??= exitCode;
    controller.abort();
  };
  const interrupt = onSignal(EXIT.interrupted);
  const terminate = onSignal(EXIT.terminated);
  effects.once("SIGINT", interrupt);
  effects.once("SIGTERM", terminate);
  return {
    signal: controller.signal,
    get code() {
      return code;
    },
    release: () => {
      effects.off("SIGINT", interrupt);
      effects.off("SIGTERM", terminate);
    },
  };
}
