import type { Command } from "commander";

/** The outside world as a command sees it; Node's `process` is one. */
export interface Effects {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  on(signal: StopSignal, listener: () => void): unknown;
  off(signal: StopSignal, listener: () => void): unknown;
  /** Ends the process at once; only for callers that can't wait for `main` to return. */
  exit(code: number): unknown;
}

/** The signals that stop a command in order: Ctrl-C, a request to end, a terminal that is gone. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type StopSignal = (typeof STOP_SIGNALS)[number];

export interface Output {
  /** `taken` is called when the text has been passed on, with the error if it can't be. */
  write(text: string, taken?: (error?: Error | null) => void): unknown;
  /** True for a terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** What every command gets, apart from its own arguments. */
export interface Context {
  readonly effects: Effects;
  /** Nothing on stderr but errors. */
  readonly quiet: boolean;
  /** The command line, word by word. */
  readonly argv: readonly string[];
  /** The command line without --overwrite: the command that goes on. */
  readonly commandLine: string;
  /** The command line with every command's options; only completion needs them. */
  program(): Promise<Command>;
  /** Writes a line on stderr: progress, or a decision. */
  note(line: string): void;
}
