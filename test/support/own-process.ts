import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What changes the process that a test is in, so that others in it would notice. */
const CHANGES =
  /\bvi\.(mock|hoisted|resetModules|stubEnv|unstubAllEnvs|spyOn)\b|\bprocess\.(env(\.\w+|\[[^\]]*\]) = |chdir|exitCode)|globalThis/;

export const changesItsProcess = (code: string) => CHANGES.test(code);

/** The test files below `folder`, but those of the folders `apart`: which need a process of their own, and which share one. */
export function testFiles(folder: string, apart: readonly string[]): { alone: string[]; together: string[] } {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !apart.some((name) => file.startsWith(`${name}/`)))
    .map((file) => join(folder, file));
  const alone = new Set(files.filter((file) => changesItsProcess(readFileSync(file, "utf8"))));
  return { alone: [...alone], together: files.filter((file) => !alone.has(file)) };
}
