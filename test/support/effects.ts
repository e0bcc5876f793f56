import { EventEmitter } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Effects } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";

/** What a command line gave back. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command line in this process; `signals` stands for the process's signals, and is told an exit at once as
 * `exit`; stderr comes without pace; `env` stands for its environment, `terminal` for the kind of its outputs.
 */
export async function runMain(
  argv: readonly string[],
  signals = new EventEmitter(),
  env: Effects["env"] = {},
  terminal: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number } = {},
): Promise<Outcome> {
  const written = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr") => ({
    ...terminal,
    write: (text: string, taken?: () => void) => {
      written[name] += text;
      taken?.();
    },
  });
  const code = await main(argv, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    env,
    on: (signal, listener) => signals.on(signal, listener),
    off: (signal, listener) => signals.off(signal, listener),
    exit: (exitCode) => signals.emit("exit", exitCode),
  });
  return { code, stdout: written.stdout, stderr: withoutPace(written.stderr) };
}

/** What a sweep said on stderr but for how far it was, which it tells every ten seconds. */
export const withoutPace = (stderr: string) =>
  stderr.replace(/^(\[[^\]\n]+\] )?[\d,]+ of [\d,]+ runs?, \d+ % of the steps.*\n/gm, "");

/** A new empty folder under the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "mmoe-test-"));
}
