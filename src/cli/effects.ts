/** The outside world as a command sees it; Node's `process` is one. */
export interface Effects {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  /** Ends the process at once: only for who can't wait for `main` to return. */
  exit(code: number): unknown;
}

/** The signals that stop a command in order: Ctrl-C, a request to end, a terminal that is gone. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

export interface Output {
  /** `taken` is told when the text has been handed on, or why it can't be. */
  write(text: string, taken?: (error?: Error | null) => void): unknown;
  /** True for a terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What every command gets beside its own arguments. */
export interface Context {
  readonly effects: Effects;
  /** Nothing on stderr but errors. */
  readonly quiet: boolean;
  /** What was typed, word by word. */
  readonly argv: readonly string[];
  /** What was typed, without --overwrite: typed again, it goes on. */
  readonly commandLine: string;
  /** A line of progress or of what was decided, on stderr. */
  note(line: string): void;
}
