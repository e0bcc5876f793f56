import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "./mutants.ts";

/** How a mutant ended: a test failed, no test failed, or the tests did not come to an end. */
export type Fate = "killed" | "survived" | "timed out";

/** Runs test files on a mutant, or on the code as it is, until one fails. Throws where vitest itself does not run. */
export async function fateOf(mutant: Mutant | null, tests: readonly string[], limitMs: number): Promise<Fate> {
  if (tests.length === 0) return "survived";
  const folder = mkdtempSync(join(tmpdir(), "mmoe-mutant-"));
  const path = join(folder, "mutant.json");
  if (mutant) writeFileSync(path, JSON.stringify({ file: mutant.file, code: mutant.code }));
  try {
    return await vitest(tests, { ...process.env, MMOE_MUTANT: mutant ? path : "" }, limitMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function vitest(tests: readonly string[], env: NodeJS.ProcessEnv, limitMs: number): Promise<Fate> {
  const argv = ["node_modules/vitest/vitest.mjs", "run", "--mode", "mutants", "--bail", "1", ...tests];
  const child = spawn(process.execPath, argv, { env, stdio: "ignore", detached: true });
  children.add(child.pid as number);
  return new Promise((resolve, reject) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop(child.pid as number);
    }, limitMs);
    child.on("error", reject);
    child.on("exit", (code) => {
      clearTimeout(timer);
      children.delete(child.pid as number);
      resolve(late ? "timed out" : code === 0 ? "survived" : "killed");
    });
  });
}

const children = new Set<number>();

/** Ends a process and those that it started. */
function stop(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended by itself
  }
}

/** Ends all tests that still run. */
export function stopAll(): void {
  for (const pid of children) stop(pid);
}
