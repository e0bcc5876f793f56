import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

/** The tier's virtual environment, which set-up.ts makes. */
export const VENV = resolve("test-output/python");
export const PYTHON = resolve(VENV, "bin/python");
/** Installs packages: scripts/install-torch.sh brings it. */
export const UV = resolve(VENV, "bin/uv");

/** Whether there is a Python to test with; set-up.ts says so where there is none. */
export const HAS_PYTHON = existsSync(PYTHON);

/** What a program prints: `python(["-c", code])`, with the package of the checkout, on one core. */
export function python(words: readonly string[], cwd = "."): string {
  const env = { ...process.env, PYTHONPATH: resolve("python/src"), OMP_NUM_THREADS: "1" };
  return execFileSync(PYTHON, words, { cwd, encoding: "utf8", env, maxBuffer: 1e9 });
}
