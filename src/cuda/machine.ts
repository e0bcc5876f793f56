import { spawn } from "node:child_process";
import { statfsSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { nearestExisting } from "../files.ts";
import type { Env } from "./home.ts";

export interface CommandOptions {
  readonly cwd?: string;
  /** Environment variables added to the machine's own. */
  readonly env?: Env;
  /** When it aborts, the command is ended, and `run` rejects. */
  readonly signal?: AbortSignal;
  /** An open file that the command inherits, as its number 3. */
  readonly inherits?: number | undefined;
  /** Called with each line of output as it comes. */
  readonly onLine?: (line: string) => void;
}

export interface CommandResult {
  /** 127 if there is no such command, as in a shell. */
  readonly code: number;
  /** Lines of both streams. */
  readonly lines: readonly string[];
}

/** The machine as set-up sees it; tests pass a fake. */
export interface Machine {
  /** E.g. `linux x64`. */
  readonly system: string;
  readonly env: Env;
  run(command: string, args: readonly string[], options?: CommandOptions): Promise<CommandResult>;
  /** Free bytes of the disk that holds `path`, or would hold it. */
  freeBytes(path: string): number;
}

export function thisMachine(env: Env): Machine {
  return {
    system: `${process.platform} ${process.arch}`,
    env,
    run: (command, args, options = {}) => runCommand(command, args, { ...options, env: { ...env, ...options.env } }),
    freeBytes: (path) => {
      const { bavail, bsize } = statfsSync(nearestExisting(path));
      return bavail * bsize;
    },
  };
}

async function runCommand(
  command: string,
  args: readonly string[],
  { cwd, env, signal, inherits, onLine }: CommandOptions,
): Promise<CommandResult> {
  const child = spawn(command, args, { cwd, env, signal, stdio: ["ignore", "pipe", "pipe", inherits ?? "ignore"] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream as Readable }).on("line", (line) => {
      lines.push(line);
      onLine?.(line);
    });
  return new Promise((done, fail) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") done({ code: 127, lines: [`${command}: not found`] });
      else fail(error);
    });
    child.on("close", (code, name) => done({ code: code ?? 1, lines: name ? [...lines, `ended by ${name}`] : lines }));
  });
}
