import type { Command } from "commander";
import type { Context } from "./effects.ts";

/**
 * What a command's file exports; it is loaded only when the command is called. It adds arguments, options and an action
 * to `command`; the action goes through `run` and returns the exit code.
 */
export type Define = (command: Command, run: (action: (context: Context) => Promise<number>) => Promise<void>) => void;

/** The examples under a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}
