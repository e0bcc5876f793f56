import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Tests that load a source file: those close to it, which are quick and notice most mutants, and all others. */
export interface Related {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

/** Other tests take minutes, and would notice few mutants more. */
const FOLDERS = ["stats", "data", "models", "config", "records", "summary", "claims", "figures"];
/** Much of what is done with journals, locks and folders is tested through the command line. */
const OF_RECORDS = ["merge", "resume", "shard", "status", "sweep", "trials", "verify"].map((name) => {
  return `test/cli/${name}.test.ts`;
});

/** A function that finds the tests of a source file by what they import. */
export function relatedTests(): (file: string) => Related {
  const imports = new Map<string, ReadonlySet<string>>();
  const tests = [...FOLDERS.flatMap(testsIn), ...OF_RECORDS];
  const reached = new Map(tests.map((test) => [test, reachedFrom(test, imports)]));
  return (file) => {
    const isRecords = file.startsWith("src/records/");
    const related = tests.filter((test) => reached.get(test)?.has(file) && (isRecords || !OF_RECORDS.includes(test)));
    const isNear = (test: string) =>
      dirname(test) === dirname(file).replace(/^src/, "test") &&
      (importsOf(test, imports).has(file) || basename(test) === basename(file).replace(/ts$/, "test.ts"));
    return { near: related.filter(isNear), far: related.filter((test) => !isNear(test)) };
  };
}

function testsIn(folder: string): string[] {
  const files = readdirSync(join("test", folder)).filter((name) => name.endsWith(".test.ts"));
  return files.map((name) => join("test", folder, name)).sort();
}

function reachedFrom(file: string, imports: Map<string, ReadonlySet<string>>, seen = new Set<string>()): Set<string> {
  for (const next of importsOf(file, imports)) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachedFrom(next, imports, seen);
  }
  return seen;
}

/** What a file imports by a relative path, types apart. */
function importsOf(file: string, imports: Map<string, ReadonlySet<string>>): ReadonlySet<string> {
  const known = imports.get(file);
  if (known) return known;
  const code = file.endsWith(".ts") && existsSync(file) ? readFileSync(file, "utf8") : "";
  const statements = code.matchAll(/(?:^(?:import|export) (?!type )[^;"]*|import\()"(\.[^"]+)"/gm);
  const found = new Set([...statements].map(([, path]) => join(dirname(file), path as string)));
  imports.set(file, found);
  return found;
}
