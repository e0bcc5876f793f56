import { basename, delimiter, dirname, relative } from "node:path";
import { shellQuoted } from "./text.ts";

/**
 * What starts the command line whose script is `script`, as the user typed it: `mmoe`, `npx mmoe`, `node bin/mmoe.js`;
 * `mmoe` too for any other program, which calls the library.
 */
export function calledAs(script: string, env: Readonly<Record<string, string | undefined>>, folder: string): string {
  if (env.MMOE_CALLED_AS) return env.MMOE_CALLED_AS; // by the Python package's command
  const name = basename(script);
  if (name !== "mmoe" && name !== "mmoe.js") return "mmoe";
  if (name === "mmoe" && env.npm_command !== undefined) return "npx mmoe";
  if (name === "mmoe" && (env.PATH ?? "").split(delimiter).includes(dirname(script))) return "mmoe";
  const path = relative(folder, script);
  return `node ${shellQuoted(path.startsWith("..") ? script : path)}`;
}

/** What starts this process's command line: the first words of every command that is printed to be run. */
export const MMOE = calledAs(process.argv[1] ?? "", process.env, process.cwd());
