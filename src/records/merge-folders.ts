import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { type Config, trainedHash } from "../config/config.ts";
import { configDifferences, widened } from "../config/same-sweep.ts";
import { configYaml } from "../config/write.ts";
import type { AnyRun } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { makeFolder, reading, writeWholeSync } from "../files.ts";
import { checkpointPath, type ReadOptions, readStates } from "./checkpoints.ts";
import { CHECKPOINTS, CONFIG, findResults, JOURNALS, writable } from "./find-results.ts";
import { PROVENANCE } from "./journal.ts";
import { isJournal } from "./journal-file.ts";
import { journalPaths } from "./read-journals.ts";
import { configIn } from "./read-results.ts";
import { checkAgreement } from "./read-sweep.ts";

/** The config of all `folders` together; UsageError if two trained differently. */
export function commonConfig(folders: readonly string[]): Config {
  const [first, ...rest] = folders.map((folder) => ({ folder, config: configIn(folder) }));
  if (first === undefined) throw new RangeError("commonConfig: expected at least one folder");
  return rest.reduce((common, { folder, config }) => {
    const apart = configDifferences(first.config, config);
    if (apart.length === 0) return widened(common, config);
    throw new UsageError(
      `${folder} holds another sweep than ${first.folder} (${apart.join("; ")}); merge only what belongs together`,
    );
  }, first.config);
}

/**
 * Throws UsageError if a journal of `folders` is of another sweep than `config`, or if two have different
 * results for a run. Returns how many times a run was done again, in agreement.
 */
export function checkJournals(folders: readonly string[], config: Config, warn: (line: string) => void): number {
  const paths = folders.flatMap((folder) => journalPaths(join(folder, JOURNALS)));
  return checkAgreement(withoutCopies(paths), { trained: trainedHash(config), warn });
}

/** Leaves out copies of journals before them: an earlier merge made some, and a folder may be given twice. */
function withoutCopies(paths: readonly string[]): string[] {
  const bySize = new Map<number, string[]>();
  return paths.filter((path) => {
    const { size } = reading(path, () => statSync(path));
    const others = bySize.get(size) ?? [];
    if (others.some((other) => bytesOf(other).equals(bytesOf(path)))) return false;
    bySize.set(size, [...others, path]);
    return true;
  });
}

function bytesOf(path: string): Buffer {
  return reading(path, () => readFileSync(path));
}

/**
 * Copies all journals of `folders`, and their provenance, into the results folder `out`, which may hold some of them. The
 * config comes first: what was cut short goes on as any other merge into a sweep's folder.
 */
export function copyJournals(folders: readonly string[], out: string, config: Config): void {
  findResults(out, config, { warn: () => {} });
  const journals = folders.flatMap((folder) => journalPaths(join(folder, JOURNALS))).filter(isJournal);
  writable(out, () => {
    const to = join(out, JOURNALS);
    makeFolder(to);
    writeWholeSync(join(out, CONFIG), configYaml(config, out));
    for (const path of journals) copyJournal(path, to);
  });
}

/** Copies checkpoints of `runs` into the results folder `out`: of each run the one that is furthest. */
export function copyCheckpoints(
  folders: readonly string[],
  out: string,
  runs: readonly AnyRun[],
  of: ReadOptions,
): void {
  const furthest = new Map(Array.from(readStates(out, runs, of), ([id, { step }]) => [id, step]));
  for (const folder of folders) {
    for (const [id, { step }] of readStates(folder, runs, of)) {
      if (step <= (furthest.get(id) ?? 0)) continue;
      furthest.set(id, step);
      writable(out, () => {
        makeFolder(join(out, CHECKPOINTS));
        writeWholeSync(checkpointPath(out, id), readFileSync(checkpointPath(folder, id)));
      });
    }
  }
}

/** Copies a journal and its provenance under a name that no other journal has. */
function copyJournal(path: string, to: string): void {
  const [name, end] = splitName(path);
  const provenance = join(path, "..", name + PROVENANCE);
  const files = [
    ...(existsSync(provenance) ? [{ end: PROVENANCE, bytes: readFileSync(provenance) }] : []),
    { end, bytes: readFileSync(path) },
  ];
  const taken = readdirSync(to).map(splitName);
  const isFree = (as: string) =>
    taken.every(([other, otherEnd]) => {
      const own = files.find((file) => file.end === otherEnd);
      return other !== as || (own !== undefined && readFileSync(join(to, as + otherEnd)).equals(own.bytes));
    });
  let as = name;
  for (let i = 2; !isFree(as); i++) as = `${name}-${i}`;
  for (const { end, bytes } of files) if (!existsSync(join(to, as + end))) writeWholeSync(join(to, as + end), bytes);
}

/** A journal's name and its end, such as `.jsonl`. */
function splitName(path: string): [string, string] {
  const [, name = "", end = ""] =
    /^(.*?)(\.(?:jsonl(?:\.gz|\.packed)?|provenance\.json|progress\.json|lock))?$/.exec(basename(path)) ?? [];
  return [name, end];
}
