import { lstatSync, mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { AnyRun, RunState } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { isPartial, readBytes, reading, writeWholeSync } from "../files.ts";
import { isSystemError, quietly, systemReason } from "../system-errors.ts";
import { checkpointParts, stateIn, type Trained } from "./checkpoint.ts";
import { CHECKPOINTS } from "./find-results.ts";
import type { RunRecord } from "./record.ts";
import type { RunObserver } from "./run-observer.ts";

/** Runs in flight that can go on: how many, and the share of their steps that is done. */
export interface Kept {
  readonly runs: number;
  readonly share: number;
}

export function keptOf(runs: readonly AnyRun[], steps: ReadonlyMap<string, number>): Kept {
  const kept = runs.filter(({ id }) => steps.has(id));
  const done = kept.reduce((sum, { id }) => sum + (steps.get(id) as number), 0);
  const all = kept.reduce((sum, { training }) => sum + training.steps, 0);
  return { runs: kept.length, share: all === 0 ? 0 : done / all };
}

/** How many of `runs` have checkpoints in the results folder `out`, whatever engine trained them. */
export function keptIn(out: string, runs: readonly AnyRun[], of: ReadOptions): Kept {
  const states = readStates(out, runs, of);
  return keptOf(runs, new Map(Array.from(states, ([id, { step }]) => [id, step])));
}

/** Which checkpoints a sweep resumes from. */
type Kind = Required<Omit<ReadOptions, "warn">>;

/** The checkpoints of one process's runs, each a file that is replaced whole. Trouble with them never ends a sweep. */
export class Checkpoints implements RunObserver {
  readonly #out: string;
  readonly #of: Kind;
  readonly #note: (line: string) => void;
  readonly #steps = new Map<string, number>();
  #hasFailed = false;

  constructor(out: string, of: Kind, note: (line: string) => void) {
    this.#out = out;
    this.#of = of;
    this.#note = note;
  }

  /** Steps done of the runs that a file keeps, by their ids. */
  get steps(): ReadonlyMap<string, number> {
    return this.#steps;
  }

  /** Where `runs` go on from, as earlier processes left them. */
  states(runs: readonly AnyRun[]): Map<string, RunState> {
    const states = readStates(this.#out, runs, { ...this.#of, warn: this.#note });
    for (const [id, { step }] of states) this.#steps.set(id, step);
    return states;
  }

  /** Replaces a run's file. Says so once if it can't be written: the one before stays. */
  keep(run: AnyRun, state: RunState): void {
    const { trained, arithmeticOf } = this.#of;
    try {
      makeOne(join(this.#out, CHECKPOINTS));
      writeWholeSync(
        checkpointPath(this.#out, run.id),
        ...checkpointParts(run, state, { trained, arithmetic: arithmeticOf(run) }),
      );
      this.#steps.set(run.id, state.step);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      if (this.#hasFailed) return;
      this.#hasFailed = true;
      const what = `${join(this.#out, CHECKPOINTS)}: can't be written: ${systemReason(error)}`;
      this.#note(`${what}; training goes on, but a stop loses runs in flight`);
    }
  }

  result(record: RunRecord): void {
    this.remove([record]);
  }

  /** Removes the files of runs that have ended. One that can't be removed is never read. */
  remove(ended: Iterable<{ readonly id: string }>): void {
    const runs = [...ended];
    for (const { id } of runs) this.#steps.delete(id);
    quietly(() => {
      for (const { id } of withFiles(this.#out, runs)) rmSync(checkpointPath(this.#out, id), { force: true });
    });
  }

  /** Removes the folder if it is empty. */
  close(): void {
    quietly(() => removeIfEmpty(join(this.#out, CHECKPOINTS)));
  }
}

/** Makes a folder in one that is there: where a sweep's folder was removed, nothing is made. */
function makeOne(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Most bytes of a checkpoint, which Node 20 has in memory at once; one of the paper's models has some 160,000. */
const LARGEST_CHECKPOINT = 2 ** 32 - 1;

export interface ReadOptions extends Pick<Trained, "trained"> {
  /** The arithmetic of the engine which trains a run; undefined for any. */
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
    const state = readState(path, run, { trained, arithmetic: arithmeticOf?.(run) });
    if (typeof state === "string") warn(`${path}: left out, since ${state}; ${run.id} begins again`);
    else states.set(run.id, state);
  }
  return states;
}

function readState(path: string, run: AnyRun, of: Trained): RunState | string {
  try {
    return stateIn(readBytes(path, { source: "it", most: LARGEST_CHECKPOINT }), run, of);
  } catch (error) {
    if (error instanceof UsageError) return error.message.replace("it: ", "it ");
    throw error;
  }
}

export function checkpointPath(out: string, id: string): string {
  return join(out, CHECKPOINTS, nameOf(id));
}

const ENDING = ".json";

function nameOf(id: string): string {
  return id.replaceAll("/", "_") + ENDING;
}

/** The runs that have a file in the folder of checkpoints. */
function withFiles<T extends { readonly id: string }>(out: string, runs: Iterable<T>): T[] {
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
