import type { Command } from "commander";
import { MMOE } from "../called-as.ts";
import type { Context } from "./effects.ts";

/**
 * What a command's file exports; it is loaded only when the command is called. It adds arguments, options and an action
 * to `command`; the action goes through `run` and returns the exit code.
 */
export type Define = (command: Command, run: (action: (context: Context) => Promise<number>) => Promise<void>) => void;

/** The examples under a command's help: lines of commands that begin with `mmoe`, each as the user calls it. */
export function examples(...lines: readonly string[]): string {
  const called = lines.map((line) => line.replaceAll(/(^|&& |until )mmoe /g, `$1${MMOE} `));
  return `\nExamples:\n${called.map((line) => `  ${line}\n`).join("")}`;
}
