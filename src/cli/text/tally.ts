import type { AnyRun } from "../../engines/engine.ts";
import type { RunRecord } from "../../records/record.ts";
import { duration, thousands } from "../../units.ts";

/** Shows how runs progress and end, until it is stopped. */
export interface RunProgress {
  progress(run: AnyRun, step: number): void;
  result(record: RunRecord): void;
  stop(): void;
}

const LINE_EVERY_MS = 10_000;

/** A line every ten seconds, and one for each run that failed. */
export function lineProgress(runs: readonly AnyRun[], note: (line: string) => void): RunProgress {
  const tally = new Tally(runs);
  const timer = setInterval(() => {
    note(`${tally.ended} of ${tally.runs} runs, ${tally.percent} % of the steps, ${tally.pace}`);
  }, LINE_EVERY_MS);
  return {
    progress: (run, step) => tally.reach(run.id, step),
    result: (record) => {
      tally.end(record);
      if (record.status === "failed") note(tally.failureText(record));
    },
    stop: () => clearInterval(timer),
  };
}

/** Counts run-steps and runs of a sweep, for its rate and the time left. */
export class Tally {
  readonly runs: number;
  /** Run-steps of all runs. */
  readonly total: number;
  /** Run-steps done; a run that ended early counts with all its steps. */
  steps = 0;
  ended = 0;
  readonly #reached = new Map<string, number>();
  readonly #start = performance.now();

  constructor(runs: readonly AnyRun[]) {
    this.runs = runs.length;
    this.total = runs.reduce((sum, { training }) => sum + training.steps, 0);
  }

  reach(id: string, step: number): void {
    this.steps += step - (this.#reached.get(id) ?? 0);
    this.#reached.set(id, step);
  }

  end({ id, steps }: RunRecord): void {
    this.reach(id, steps);
    this.#reached.delete(id);
    this.ended++;
  }

  get percent(): number {
    return Math.floor((100 * this.steps) / this.total);
  }

  /** `5,213 steps/s, 0:41 min left`. */
  get pace(): string {
    if (this.steps === 0) return "starting";
    const elapsed = performance.now() - this.#start;
    const left = (elapsed / this.steps) * (this.total - this.steps);
    return `${thousands((1000 * this.steps) / elapsed)} steps/s, ${duration(left)} left`;
  }

  /** The line for a run that failed. */
  failureText({ id, reason }: RunRecord): string {
    return `mmoe: run ${id}: ${reason} (recorded as failed; ${this.ended} of ${this.runs} so far)`;
  }
}
