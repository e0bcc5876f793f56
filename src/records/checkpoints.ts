import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AnyRun, RunState } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { isSystemError, systemReason } from "../system-error.ts";
import { writeWholeSync } from "../write-whole.ts";
import { checkpointText } from "./checkpoint.ts";
import { checkpointPath, readStates, removeIfEmpty, withFiles } from "./checkpoint-files.ts";
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

/** Those of `runs` that checkpoints in the results folder `out` keep, whatever engine trained them. */
export function keptIn(out: string, runs: readonly AnyRun[], of: { trained: string; warn(line: string): void }): Kept {
  const states = readStates(out, runs, of);
  return keptOf(runs, new Map(Array.from(states, ([id, { step }]) => [id, step])));
}

/** Which checkpoints a sweep resumes from. */
interface Kind {
  /** Hash of the sweep's settings. */
  readonly trained: string;
  /** That of the engine which trains a run. */
  readonly arithmeticOf: (run: AnyRun) => string;
}

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
        checkpointText(run, state, { trained, arithmetic: arithmeticOf(run) }),
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

function quietly(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isSystemError(error) && !(error instanceof UsageError)) throw error;
  }
}
