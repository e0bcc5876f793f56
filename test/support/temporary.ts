// Runs once before the tests and after them: all that they leave in a temporary folder goes with one of the run's own.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Makes the folder, names it in the environment, which tests and their processes inherit, and returns what removes it. */
export function setup(_: unknown, env: NodeJS.ProcessEnv = process.env): () => void {
  const before = env.TMPDIR;
  if (before?.includes("/mmoe-run-")) return () => {}; // another project of the run has made it
  const folder = mkdtempSync(join(tmpdir(), "mmoe-run-"));
  chmodSync(folder, 0o755); // some tests start processes of other users
  env.TMPDIR = folder;
  env.XDG_CACHE_HOME = join(folder, "cache");
  return () => {
    if (before === undefined) delete env.TMPDIR;
    else env.TMPDIR = before;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
}
