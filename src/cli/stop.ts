import type { Effects } from "./effects.ts";
import { EXIT } from "./exit-codes.ts";

export interface Stop {
  readonly signal: AbortSignal;
  /** Aborted a while after `signal`: what has not ended by then is given up. */
  readonly late: AbortSignal;
  /** The exit code of what stopped the sweep; undefined while nothing has. */
  readonly code: number | undefined;
  /** `by Ctrl-C`, `by SIGTERM` or `at its time limit`; empty while nothing has. */
  readonly reason: string;
  /** Gives the signals back to Node. */
  release(): void;
}

interface StopOptions {
  /** Milliseconds after which to stop; undefined for none. */
  readonly limitMs?: number | undefined;
  /** What a second signal says on stderr before it ends the process. */
  readonly atOnce: string;
}

/** Who is told to stop has two seconds to end. */
const LATE_MS = 1000;
/** A second signal within this time was sent once: to the process, and to a parent that passed it on. */
const ECHO_MS = 500;

/** Turns the first Ctrl-C or SIGTERM, or the end of `limitMs`, into an abort; a second signal ends the process at once. */
export function stopOnSignals(effects: Effects, { limitMs, atOnce }: StopOptions): Stop {
  const [stop, late] = [new AbortController(), new AbortController()];
  const timers: NodeJS.Timeout[] = [];
  let first: { readonly code: number; readonly reason: string; readonly at: number } | undefined;
  const begin = (code: number, reason: string) => {
    first ??= { code, reason, at: performance.now() };
    stop.abort();
    timers.push(setTimeout(() => late.abort(), LATE_MS));
  };
  const listener = (code: number, reason: string) => () => {
    if (first === undefined) return begin(code, reason);
    if (performance.now() - first.at < ECHO_MS) return;
    effects.stderr.write(`mmoe: stopped at once ${reason}; ${atOnce}\n`);
    effects.exit(code);
  };
  const [interrupt, terminate] = [listener(EXIT.interrupted, "by Ctrl-C"), listener(EXIT.stopped, "by SIGTERM")];
  effects.on("SIGINT", interrupt);
  effects.on("SIGTERM", terminate);
  if (limitMs !== undefined) timers.push(setTimeout(() => begin(EXIT.stopped, "at its time limit"), limitMs));
  return {
    signal: stop.signal,
    late: late.signal,
    get code() {
      return first?.code;
    },
    get reason() {
      return first?.reason ?? "";
    },
    release: () => {
      for (const timer of timers) clearTimeout(timer);
      effects.off("SIGINT", interrupt);
      effects.off("SIGTERM", terminate);
    },
  };
}
