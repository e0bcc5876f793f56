import seedrandom from "seedrandom";
import { checkpoints } from "./checkpoints.ts";
import { curves } from "./curves.ts";
import { disks } from "./disks.ts";
import type { Fault } from "./fault.ts";
import { configFiles, typedWords } from "./inputs.ts";
import { journals } from "./journals.ts";
import { kernels } from "./kernels.ts";
import { modelChance, modelEnds, modelHangs, modelImports } from "./models.ts";
import { names } from "./names.ts";
import { kills, pipes, signals } from "./processes.ts";
import { progress } from "./progress.ts";
import { scripts } from "./scripts.ts";
import { tables } from "./tables.ts";

/** Those that need no process of their own. */
export const FAULTS_INSIDE: readonly Fault[] = [typedWords, configFiles, journals, names, progress, scripts];
/** Those that start the built program. */
export const FAULTS_OUTSIDE: readonly Fault[] = [
  ...[pipes, kills, signals, checkpoints, disks, tables, curves, kernels],
  ...[modelImports, modelChance, modelEnds, modelHangs],
];
export const FAULTS: readonly Fault[] = [...FAULTS_INSIDE, ...FAULTS_OUTSIDE];

/** What came of one fault. */
export interface Result {
  readonly fault: Fault;
  readonly tried: number;
  /** What did not hold. */
  readonly failures: readonly string[];
  /** Why it was not tried. */
  readonly lacking?: string;
}

interface Attack {
  readonly seed: string;
  /** Tries of all faults together. */
  readonly tries: number;
  /** Time by performance.now() after which nothing more is tried. */
  readonly deadline: number;
  readonly note: (line: string) => void;
}

/** Tries every fault as often as its share says: the same tries for the same seed. */
export async function attack(faults: readonly Fault[], { seed, tries, deadline, note }: Attack): Promise<Result[]> {
  const results: Result[] = [];
  for (const fault of faults) {
    const lacking = fault.lacking?.();
    const failures: string[] = [];
    let tried = 0;
    const wanted = lacking === undefined ? Math.ceil((tries * fault.share) / 100) : 0;
    while (tried < wanted && performance.now() < deadline) {
      const failure = await fault.attempt(seedrandom(`${seed}/${fault.name}/${tried++}`));
      if (failure === undefined) continue;
      failures.push(failure);
      note(`${fault.name}, try ${tried - 1}: ${failure}`);
    }
    results.push({ fault, tried, failures, ...(lacking !== undefined && { lacking }) });
  }
  return results;
}
