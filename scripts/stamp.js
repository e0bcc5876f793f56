// Writes the commit that a build was made from beside it: what a sweep's provenance names.
import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim();

const build = existsSync(`${root}.git`)
  ? { commit: git("rev-parse", "HEAD"), dirty: git("status", "--porcelain") !== "" }
  : { commit: null, dirty: null };
writeFileSync(`${root}dist/build.json`, `${JSON.stringify(build)}\n`);
