import { type Effects, EXIT, STOP_SIGNALS, type StopSignal } from "./command.ts";

export interface Stop {
  readonly signal: AbortSignal;
  /** The exit code for the signal that came; undefined before one has. */
  readonly code: number | undefined;
  /** `by Ctrl-C`, `by SIGTERM` or `by SIGHUP`; empty before a signal has come. */
  readonly reason: string;
  /** Gives the signals back to Node. */
  release(): void;
}

/** Two signals within this time are one: it was sent to the process, and to a parent, which passed it on. */
const ECHO_MS = 500;

/** Turns the first Ctrl-C, SIGTERM or SIGHUP into an abort; a second signal says `atOnce` on stderr, and ends the process. */
export function stopOnSignals(effects: Effects, atOnce: string): Stop {
  const stop = new AbortController();
  let first: { readonly code: number; readonly reason: string; readonly at: number } | undefined;
  const listen = (code: number, reason: string) => () => {
    if (first === undefined) {
      first = { code, reason, at: performance.now() };
      return stop.abort();
    }
    if (performance.now() - first.at < ECHO_MS) return;
    effects.stderr.write(`mmoe: stopped at once ${reason}; ${atOnce}\n`);
    effects.exit(code);
  };
  const release = onStopSignals(effects, (name) =>
    name === "SIGINT" ? listen(EXIT.interrupted, "by Ctrl-C") : listen(EXIT.stopped, `by ${name}`),
  );
  return {
    signal: stop.signal,
    get code() {
      return first?.code;
    },
    get reason() {
      return first?.reason ?? "";
    },
    release,
  };
}

/** Listens for the signals that stop a command, until the returned function is called. */
export function onStopSignals(effects: Effects, listenerOf: (signal: StopSignal) => () => void): () => void {
  const listeners = STOP_SIGNALS.map((signal) => [signal, listenerOf(signal)] as const);
  for (const [signal, listener] of listeners) effects.on(signal, listener);
  return () => {
    for (const [signal, listener] of listeners) effects.off(signal, listener);
  };
}
