import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What changes the process that a test is in, so that others in it would notice, and what takes the change back. */
const CHANGES: readonly { readonly change: RegExp; readonly back?: RegExp }[] = [
  { change: /\bvi\.(mock|hoisted|resetModules)\b|\bprocess\.(env(\.\w+|\[[^\]]*\]) = |exitCode)|globalThis/ },
  { change: /\bvi\.spyOn\b/, back: /\bvi\.restoreAllMocks\b|\.mockRestore\b/ },
  { change: /\bvi\.stubEnv\b/, back: /\bvi\.unstubAllEnvs\b/ },
  { change: /\bprocess\.chdir\b/, back: /\bfinally\b/ },
];

export const changesItsProcess = (code: string) =>
  CHANGES.some(({ change, back }) => change.test(code) && !back?.test(code));

/** The test files below `folder`, but those of the folders `apart`: which need a process of their own, and which share one. */
export function testFiles(folder: string, apart: readonly string[]): { alone: string[]; together: string[] } {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts") && !apart.some((name) => file.startsWith(`${name}/`)))
    .map((file) => join(folder, file));
  const alone = new Set(files.filter((file) => changesItsProcess(readFileSync(file, "utf8"))));
  return { alone: [...alone], together: files.filter((file) => !alone.has(file)) };
}
