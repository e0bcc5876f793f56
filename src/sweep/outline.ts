import type { AnyRun } from "../engines/engine.ts";
import { comparedFolder, eachOfShard, type ShareRequest, type SweepShare } from "./share.ts";
import { mostSteps } from "./tries.ts";

/** A share as a dry run needs it: numbers, and some runs that stand for all. A list of millions would take gigabytes. */
export interface ShareOutline extends Pick<SweepShare, "config" | "out" | "shard"> {
  readonly runs: number;
  readonly todo: number;
  /** Steps of all runs to do, at most. */
  readonly steps: number;
  /** Some of the runs, and of those to do. */
  readonly samples: Pick<SweepShare, "runs" | "todo">;
}

/** Compares the plan with the results folder as `plannedShare` does. */
export function outlinedShare(request: ShareRequest, note: (line: string) => void, mostRuns?: number): ShareOutline {
  const { config, out, shard, ended } = comparedFolder(request, note);
  const [all, todo] = [new Sample(mostRuns), new Sample(mostRuns)];
  let steps = 0;
  for (const run of eachOfShard(config, shard)) {
    all.add(run);
    if (ended.has(run.id)) continue;
    todo.add(run);
    steps += mostSteps(run);
  }
  const samples = { runs: all.runs, todo: todo.runs };
  return { config, out, shard, runs: all.count, todo: todo.count, steps, samples };
}

/** Most runs of a sample. */
const MOST_RUNS = 100_000;

/** Some of many runs: each n-th repeat, with all of its runs, since engines make rows once for those of a repeat. */
class Sample {
  count = 0;
  readonly #mostRuns: number;
  #repeats: AnyRun[][] = [];
  #kept = 0;
  /** One in this many repeats is kept. */
  #each = 1;
  #seen = 0;
  #latest: number | undefined;

  constructor(mostRuns = MOST_RUNS) {
    this.#mostRuns = mostRuns;
  }

  get runs(): AnyRun[] {
    return this.#repeats.flat();
  }

  add(run: AnyRun): void {
    this.count++;
    if (run.index !== this.#latest) {
      this.#latest = run.index;
      if (this.#seen++ % this.#each === 0) this.#repeats.push([]);
    }
    if ((this.#seen - 1) % this.#each > 0) return;
    this.#repeats.at(-1)?.push(run);
    this.#kept++;
    if (this.#kept > this.#mostRuns && this.#repeats.length > 1) this.#halve();
  }

  #halve(): void {
    this.#each *= 2;
    this.#repeats = this.#repeats.filter((_, i) => i % 2 === 0);
    this.#kept = this.runs.length;
  }
}
