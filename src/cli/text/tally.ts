import type { AnyRun } from "../../engines/engine.ts";
import { finalLosses, type RunRecord } from "../../records/record.ts";
import type { SweepStart } from "../../sweep/run-sweep.ts";
import { duration, thousands } from "../../units.ts";

/** Shows how runs progress and end, until it is stopped. */
export interface RunProgress {
  progress(run: AnyRun, step: number): void;
  result(record: RunRecord): void;
  stop(): void;
}

/** Runs to train, and the steps that some of them have done before. */
export type ToTrain = Pick<SweepStart, "todo" | "kept">;

const LINE_EVERY_MS = 10_000;

/** A line every ten seconds, and one for each run that failed. */
export function lineProgress({ todo, kept }: ToTrain, note: (line: string) => void): RunProgress {
  const tally = new Tally(todo, kept);
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
  /** Run-steps of earlier processes. */
  readonly #kept: number;
  /** Sum and number of the training losses of the runs that are done. */
  readonly #losses = { sum: 0, count: 0 };
  readonly #start = performance.now();

  constructor(runs: readonly AnyRun[], kept: SweepStart["kept"]) {
    this.runs = runs.length;
    this.total = runs.reduce((sum, { training }) => sum + training.steps, 0);
    for (const { id } of runs) this.reach(id, kept.get(id) ?? 0);
    this.#kept = this.steps;
  }

  reach(id: string, step: number): void {
    this.steps += step - (this.#reached.get(id) ?? 0);
    this.#reached.set(id, step);
  }

  end(record: RunRecord): void {
    const { id, steps } = record;
    this.reach(id, steps);
    this.#reached.delete(id);
    this.ended++;
    const loss = finalLosses(record, "train")?.mean;
    if (loss === undefined) return;
    this.#losses.sum += loss;
    this.#losses.count++;
  }

  /** `loss 0.0512`: the mean training loss of the runs that are done; empty before one is. */
  get loss(): string {
    const { sum, count } = this.#losses;
    return count === 0 ? "" : `loss ${(sum / count).toFixed(4)}`;
  }

  get percent(): number {
    return Math.floor((100 * this.steps) / this.total);
  }

  /** `5,213 steps/s, 0:41 min left`. */
  get pace(): string {
    const own = this.steps - this.#kept;
    if (own === 0) return this.left;
    return `${thousands((1000 * own) / (performance.now() - this.#start))} steps/s, ${this.left}`;
  }

  /** `0:41 min left`. */
  get left(): string {
    const own = this.steps - this.#kept;
    if (own === 0) return "starting";
    const elapsed = performance.now() - this.#start;
    return `${duration((elapsed / own) * (this.total - this.steps))} left`;
  }

  /** The line for a run that failed. */
  failureText({ id, reason }: RunRecord): string {
    return `mmoe: run ${id}: ${reason} (recorded as failed; ${this.ended} of ${this.runs} so far)`;
  }
}
