import { type ExecFileException, execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Binding } from "./binding.ts";
import type { Env } from "./home.ts";
import type { Answer } from "./probe.ts";

export interface Trial extends Partial<Answer> {
  /** Why it does not work; undefined if it does. */
  readonly problem?: string;
  /** What TensorFlow logged about cards, if it uses none. */
  readonly about?: string;
}

/** A library of a gigabyte loads slowly from a shared disk. */
const LOADED_MS = 180_000;

/** Loads a binding in a process of its own. */
export function tryBinding(env: Env, { folder, home = "" }: Binding): Promise<Trial> {
  const args = [...PROBE, folder, ...(home ? [home] : [])];
  const options = { env: { ...env, TF_CPP_MIN_LOG_LEVEL: "0" }, timeout: LOADED_MS, killSignal: "SIGKILL" as const };
  return new Promise((done) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      if (error?.killed) return done({ problem: `did not load within ${LOADED_MS / 1000} s` });
      const ending = error?.signal ? [`ended by ${error.signal}`] : [];
      done(
        trialOf(
          error,
          [...stdout.split("\n"), ...stderr.split("\n"), ...ending].filter((line) => line !== ""),
        ),
      );
    });
  });
}

/** The probe needs a loader if it is not compiled, as in tests. */
const PROBE = import.meta.url.endsWith(".ts")
  ? ["--import", import.meta.resolve("tsx"), fileURLToPath(new URL("./probe.ts", import.meta.url))]
  : [fileURLToPath(new URL("./probe.js", import.meta.url))];

function trialOf(error: ExecFileException | null, lines: readonly string[]): Trial {
  const text = lines.find((line) => line.startsWith('{"computes"'));
  if (error !== null || text === undefined) return { problem: failureIn(lines) ?? `exit code ${error?.code ?? 0}` };
  const answer = JSON.parse(text) as Answer;
  if (!answer.computes) return { ...answer, problem: "a product of two matrices comes out wrong" };
  return answer.onCard ? answer : { ...answer, about: aboutCards(lines) };
}

/** The line that Node or the system's loader calls an error, else the last line. TensorFlow's log lines don't count. */
function failureIn(lines: readonly string[]): string | undefined {
  const said = lines.filter((line) => !LOGGED.test(line));
  return said.find((line) => /^\w*Error\b/.test(line)) ?? said.find((line) => /error/i.test(line)) ?? said.at(-1);
}

/** A line logged by TensorFlow, or by absl before it is ready, that is not fatal. */
const LOGGED = /^(\d{4}-\d\d-\d\d [\d:.]+: [IWE] |[IWE]\d{4} \d\d:\d\d:|WARNING: All log messages before absl)/;

/** The line of TensorFlow's log that says why there is no card, without its time and place. */
function aboutCards(lines: readonly string[]): string {
  const line = lines.find((line) =>
    /cuInit|dlopen some GPU|find cuda drivers|NVIDIA driver|no CUDA-capable/i.test(line),
  );
  return line?.replace(/^.*?\] /, "") ?? "";
}
