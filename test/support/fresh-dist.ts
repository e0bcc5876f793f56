// Runs once before the tests, which start workers and the command line from dist/.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Puts files beside this one in the place of `src/start-worker.ts`, `src/sweep/engines.ts`, and `src/sweep/estimate.ts` as commands use it. */
export const STAND_INS = [
  { find: /^.*\/start-worker\.ts$/, replacement: beside("start-worker.ts") },
  { find: /^(\.|.*\/sweep)\/engines\.ts$/, replacement: beside("chosen-engine.ts") },
  { find: /^(\.\.\/)+sweep\/estimate\.ts$/, replacement: beside("estimate.ts") },
];

const writtenAt = (path: string) => (existsSync(path) ? statSync(path).mtimeMs : 0);

/** Whether a file of the folder was written after `dist/` was compiled. */
export function isStale(folder: string, compiled: string): boolean {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.some((file) => writtenAt(join(folder, file)) > writtenAt(compiled));
}

/** Builds again what was written after the last build, kernels and pages too; wrong types are for `npm run types` to tell. */
function compile(): void {
  if (!["src", "scripts"].some((folder) => isStale(folder, "dist/index.js"))) return;
  spawnSync("npx", ["tsc", "-p", "tsconfig.build.json"]);
  spawnSync("node", ["scripts/declarations.js"]);
  for (const script of ["worker", "drawing", "kernels"]) spawnSync("npm", ["run", script]);
  spawnSync("node", ["scripts/playground.js", "dist/play/index.html"]);
}

/** Compiles before the tests, and before they run again as files change. */
export function setup(project: TestProject): void {
  compile();
  project.onTestsRerun(async () => compile());
}
