import { existsSync, readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** Tests that load a source file: those close to it, which are quick and notice most mutants, and all others. */
export interface Related {
  readonly near: readonly string[];
  readonly far: readonly string[];
}

/** Which tests are tried for a folder of `src`: its own, and those of who uses it most. Others take minutes and notice little. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  identity: ["identity/", "config/", "records/"],
  stats: ["stats/", "summary/", "claims/"],
  data: ["data/", "engines/rows/", "cli/trials", "figures/figure2"],
  models: ["models/"],
  records: [
    "records/",
    "summary/",
    "docs/",
    "soak/two-sweeps",
    ...["merge", "resume", "shard", "status", "sweep", "trials"].map((name) => `cli/${name}`),
  ],
  claims: ["claims/", "report/claims"],
};

/** A function that finds the tests of a source file by what they import. */
export function relatedTests(): (file: string) => Related {
  const imports = new Map<string, ReadonlySet<string>>();
  const tests = readdirSync("test", { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => join("test", name))
    .sort();
  const reached = new Map(tests.map((test) => [test, reachedFrom(test, imports)]));
  return (file) => {
    const places = TESTS[file.split("/")[1] as string] ?? [];
    const isTried = (test: string) => places.some((place) => test.startsWith(`test/${place}`));
    const related = tests.filter((test) => isTried(test) && reached.get(test)?.has(file));
    const isNear = (test: string) =>
      dirname(test) === dirname(file).replace(/^src/, "test") &&
      (importsOf(test, imports).has(file) || basename(test) === basename(file).replace(/ts$/, "test.ts"));
    return { near: related.filter(isNear), far: related.filter((test) => !isNear(test)) };
  };
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
