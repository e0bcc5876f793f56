import { lstatSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AnyRun, RunState } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { reading, readText } from "../regular-file.ts";
import { isPartial } from "../write-whole.ts";
import { stateIn, type Trained } from "./checkpoint.ts";
import { CHECKPOINTS } from "./find-results.ts";

/** Most bytes of a checkpoint; one of the paper's models has some 240,000. */
const LARGEST_CHECKPOINT = 2 ** 28;

interface ReadOptions extends Pick<Trained, "trained"> {
  /** That of the engine which trains a run; undefined for any. */
  readonly arithmeticOf?: (run: AnyRun) => string;
  /** Called with a line for each checkpoint that is left out. */
  readonly warn: (line: string) => void;
}

/** The states of those of `runs` that the results folder `out` has checkpoints of, by their ids. */
export function readStates(
  out: string,
  runs: readonly AnyRun[],
  { warn, trained, arithmeticOf }: ReadOptions,
): Map<string, RunState> {
  const states = new Map<string, RunState>();
  for (const run of withFiles(out, runs)) {
    const path = checkpointPath(out, run.id);
    const arithmetic = arithmeticOf?.(run);
    const state = readState(path, run, { trained, ...(arithmetic !== undefined && { arithmetic }) });
    if (typeof state === "string") warn(`${path}: left out, since ${state}; ${run.id} begins again`);
    else states.set(run.id, state);
  }
  return states;
}

function readState(path: string, run: AnyRun, of: Trained): RunState | string {
  try {
    return stateIn(readText(path, { source: "it", most: LARGEST_CHECKPOINT }), run, of);
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace("it: ", "it ");
    throw error;
  }
}

/** Where the checkpoint of a run is. */
export function checkpointPath(out: string, id: string): string {
  return join(out, CHECKPOINTS, nameOf(id));
}

const ENDING = ".json";

function nameOf(id: string): string {
  return id.replaceAll("/", "_") + ENDING;
}

/** Those of `runs` that have a file. */
export function withFiles<T extends { readonly id: string }>(out: string, runs: Iterable<T>): T[] {
  const names = new Set(checkpointNames(out));
  return names.size === 0 ? [] : [...runs].filter(({ id }) => names.has(nameOf(id)));
}

/** The names in the folder of checkpoints. Throws UsageError if it can't be read. */
export function checkpointNames(out: string): string[] {
  const folder = join(out, CHECKPOINTS);
  return reading(folder, () => (statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder) : []));
}

/** The names that `nameOf` gives: an id ends in the run's index. */
const CHECKPOINT_FILE = /_\d{3,}\.json$/;

/** Removes all checkpoints, and their folder if it is empty then. */
export function removeCheckpoints(out: string): void {
  const ours = checkpointNames(out).filter((name) => CHECKPOINT_FILE.test(name) || isPartial(name));
  for (const name of ours) rmSync(join(out, CHECKPOINTS, name), { force: true });
  removeIfEmpty(join(out, CHECKPOINTS));
}

/** Removes a folder without files. A link is the user's. */
export function removeIfEmpty(folder: string): void {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (readdirSync(folder).length === 0) rmdirSync(folder);
}
