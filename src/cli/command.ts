import type { Command as TypedCommand } from "@commander-js/extra-typings";
import { MMOE } from "../called-as.ts";
import type { MachineError } from "../system-errors.ts";

/** What a command does. It gives the exit code; nothing for `EXIT.done`. */
type Action = (context: Context) => Promise<number> | Promise<void>;

/** A command of commander before it has arguments and options; with them, its type knows what `action` gets. */
export type Command = TypedCommand;

/** The values of the options that a function adds to a command. */
export type OptionsOf<Declares extends (command: Command) => { opts(): object }> = ReturnType<
  ReturnType<Declares>["opts"]
>;

/**
 * What a command's file exports; it is loaded only when the command is called. It adds arguments, options and an action
 * to `command`; the action goes through `run`.
 */
export type Define = (command: Command, run: (action: Action) => Promise<void>) => void;

/** The examples under a command's help: lines of commands that begin with `mmoe`, each as the user calls it. */
export function examples(...lines: readonly string[]): string {
  const called = lines.map((line) => line.replaceAll(/(^|&& |until )mmoe /g, `$1${MMOE} `));
  return `\nExamples:\n${called.map((line) => `  ${line}\n`).join("")}`;
}

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
export type StopSignal = (typeof STOP_SIGNALS)[number];

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
  /** Writes a line on stderr: progress, or a decision. */
  note(line: string): void;
}

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
