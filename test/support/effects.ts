import { EventEmitter } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
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

/** What a command printed that ended well, and said nothing on stderr. */
export function printed({ code, stdout, stderr }: Outcome): string {
  expect([code, stderr]).toEqual([0, ""]);
  return stdout;
}

/** Why a command was refused: by one line, with exit code 2 and nothing on stdout. */
export function refusal({ code, stdout, stderr }: Outcome): string {
  expect([code, stdout, stderr]).toEqual([2, "", expect.stringMatching(/^mmoe: .*\n$/)]);
  return stderr.slice("mmoe: ".length, -1);
}

/** Expects that so many runs of a results folder come out the same when they are trained again. */
export async function expectVerified(folder: string, runs: number): Promise<void> {
  const { code, stdout } = await runMain(["verify", folder, "--runs", `${runs}`, "--kernels", "wasm"]);
  expect([code, stdout.match(/ same$/gm)?.length]).toEqual([0, runs]);
}

/** What a sweep said on stderr but for how far it was, which it tells every ten seconds. */
export const withoutPace = (stderr: string) =>
  stderr.replace(/^(\[[^\]\n]+\] )?[\d,]+ of [\d,]+ runs?, \d+ % of the work.*\n/gm, "");

/** A new empty folder under the system's temporary one. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "mmoe-test-"));
}
