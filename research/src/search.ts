import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { folderOf, readPlan, wordsOf } from "./plan.ts";
import { readSweeps, unpack } from "./store.ts";

/**
 * `search [PLAN] [OPTION ...]`: trains what a plan in configs/ lists, plan.yaml unless another is named, sweep by sweep, with options of `mmoe sweep` such as --jobs 1.
 * Stored sweeps are unpacked first, so that only runs that are missing are trained. It can be stopped at any time; the same
 * command resumes. `rank` then stores what was trained.
 */
export async function run(words: readonly string[]): Promise<void> {
  const isNamed = words[0] !== undefined && !words[0].startsWith("-");
  const [jobs, options] = [readPlan(isNamed ? words[0] : undefined), words.slice(Number(isNamed))];
  if (!isBuilt()) ran("npm", "run", "build");
  const stored = await readSweeps();
  for (const job of jobs) {
    const sweep = stored.get(job.name);
    if (sweep !== undefined) unpack(sweep, folderOf(job));
    ran("node", "bin/mmoe.js", ...wordsOf(job), ...options);
  }
}

/** Whether dist/ was built from a commit whose sources are today's. */
function isBuilt(): boolean {
  if (!existsSync("dist/build.json")) return false;
  const { commit, dirty } = JSON.parse(readFileSync("dist/build.json", "utf8"));
  return !dirty && spawnSync("git", ["diff", "--quiet", commit, "--", "src", "package-lock.json"]).status === 0;
}

function ran(command: string, ...words: readonly string[]): void {
  const { status } = spawnSync(command, words, { stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}
