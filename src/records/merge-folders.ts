import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Config } from "../config/config.ts";
import { differences, widened } from "../config/same-sweep.ts";
import { configYaml } from "../config/write.ts";
import { UsageError } from "../errors.ts";
import { CONFIG, findResults, JOURNALS, writable } from "./find-results.ts";
import { PROVENANCE } from "./journal.ts";
import { numbersOf, type RunNumbers, sameNumbers } from "./journal-line.ts";
import { journalPaths, readJournal, readJournalHeads } from "./read-journals.ts";
import { configIn } from "./read-results.ts";

type Warn = (line: string) => void;

/** Most conflicts that an error names. */
const NAMED = 3;

/** The config of all `folders` together; UsageError if two trained differently. */
export function commonConfig(folders: readonly string[]): Config {
  const [first, ...rest] = folders.map((folder) => ({ folder, config: configIn(folder) }));
  if (first === undefined) throw new RangeError("commonConfig: expected at least one folder");
  return rest.reduce((common, { folder, config }) => {
    const apart = differences(first.config, config);
    if (apart.length === 0) return widened(common, config);
    throw new UsageError(
      `${folder} holds another sweep than ${first.folder} (${apart.join("; ")}); merge only what belongs together`,
    );
  }, first.config);
}

/**
 * Throws UsageError, naming runs, if two journals of `folders` have different results for a run. Only who computed it,
 * and how long that took, may differ. Returns how many runs were done more than once, in agreement.
 */
export function checkAgreement(folders: readonly string[], warn: Warn): number {
  const paths = folders.flatMap((folder) => journalPaths(join(folder, JOURNALS)));
  const doneTwice = repeatedIn(paths, warn);
  const first = new Map<string, { path: string; numbers: RunNumbers }>();
  const conflicts: string[] = [];
  let repeated = 0;
  for (const path of doneTwice.size > 0 ? paths : []) {
    for (const record of readJournal(path, () => {}, doneTwice)) {
      if (record.status === "failed") continue; // one that is done counts instead
      const numbers = numbersOf(record);
      const before = first.get(record.id);
      if (before === undefined) first.set(record.id, { path, numbers });
      else if (sameNumbers(before.numbers, numbers)) repeated++;
      else conflicts.push(`${record.id} (${before.path}, ${path})`);
    }
  }
  if (conflicts.length === 0) return repeated;
  const more = conflicts.length > NAMED ? ` and ${conflicts.length - NAMED} more` : "";
  throw new UsageError(
    `${conflicts.length} runs came out differently: ${conflicts.slice(0, NAMED).join(", ")}${more}; leave one of each out`,
  );
}

/** Ids of the runs that are done more than once, from the heads of lines, which are read a hundred times as fast. */
function repeatedIn(paths: readonly string[], warn: Warn): Set<string> {
  const [once, repeated] = [new Set<string>(), new Set<string>()];
  for (const path of paths) {
    for (const { id, status } of readJournalHeads(path, warn)) {
      if (status === "done") (once.has(id) ? repeated : once).add(id);
    }
  }
  return repeated;
}

/**
 * Copies all journals of `folders`, and their provenance, into the results folder `out`, which may hold some of them.
 */
export function copyJournals(folders: readonly string[], out: string, config: Config): void {
  findResults(out, config, { warn: () => {} });
  writable(out, () => {
    const to = join(out, JOURNALS);
    mkdirSync(to, { recursive: true });
    for (const path of folders.flatMap((folder) => journalPaths(join(folder, JOURNALS)))) copyJournal(path, to);
    writeFileAtomic.sync(join(out, CONFIG), configYaml(config));
  });
}

function copyJournal(path: string, to: string): void {
  const [name, end] = splitName(path);
  const bytes = readFileSync(path);
  const holds = (as: string) => existsSync(join(to, as + end)) && readFileSync(join(to, as + end)).equals(bytes);
  const taken = new Set(readdirSync(to).map((file) => splitName(file)[0]));
  let as = name;
  for (let i = 2; taken.has(as) && !holds(as); i++) as = `${name}-${i}`;
  if (holds(as)) return;
  const provenance = join(path, "..", name + PROVENANCE);
  if (existsSync(provenance)) copyFileSync(provenance, join(to, as + PROVENANCE));
  writeFileAtomic.sync(join(to, as + end), bytes);
}

/** A journal's name and its end, `.jsonl` or `.jsonl.gz`. */
function splitName(path: string): [string, string] {
  const [, name = "", end = ""] = /^(.*?)(\.(?:jsonl(?:\.gz)?|provenance\.json|lock))?$/.exec(basename(path)) ?? [];
  return [name, end];
}
