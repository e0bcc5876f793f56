import { join } from "node:path";
import { type Config, trainedHash } from "../config/config.ts";
import type { TableSettings } from "../data/table.ts";
import { ownCounts } from "../data/table-set.ts";
import type { AnyRun } from "../engines/engine.ts";
import { UsageError } from "../errors.ts";
import { memo } from "../memo.ts";
import { defaultFolder, findResults, JOURNALS } from "../records/find-results.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { readHeads } from "../records/read-sweep.ts";
import type { Shard } from "../records/writer-lock.ts";
import { withValues } from "../tables/read-table.ts";
import { thousands } from "../units.ts";
import { checkCurves } from "./curves.ts";
import { mostSteps } from "./early-stopping.ts";
import { countRuns, eachRun } from "./plan.ts";

/** A sweep to train, and what to do with the results that its folder already holds. */
export interface ShareRequest {
  readonly config: Config;
  /** The results folder; by default `results/NAME-HASH`. */
  readonly out?: string | undefined;
  /** The part of the sweep that this process trains; null, the default, for the whole. */
  readonly shard?: Shard | null;
  /** Fail unless the folder holds this sweep already. */
  readonly resume?: boolean | undefined;
  /** Delete what a sweep left in the folder, and start from scratch. */
  readonly overwrite?: boolean | undefined;
  /** Repeat the runs that failed there. */
  readonly retryFailed?: boolean | undefined;
}

/** The part of a sweep that one process trains. */
export interface SweepShare {
  readonly config: Config;
  readonly out: string;
  readonly shard: Shard | null;
  /** All runs of the share, in the order of the plan. */
  readonly runs: readonly AnyRun[];
  /** The runs that the folder does not hold. */
  readonly todo: readonly AnyRun[];
  /** How the runs ended that are in the folder and are not trained again, by id. */
  readonly ended: ReadonlyMap<string, RecordHead>;
  /** True if the folder holds a part of this sweep already. */
  readonly begun: boolean;
}

/** Planning more runs than this takes seconds. */
const MANY_RUNS = 500_000;

/**
 * Compares the plan with the results folder, and writes nothing. `note` gets a line for each damaged record, and one
 * before a plan that takes long. Throws UsageError for curves that are too large, and for a folder that can't be written
 * to, or that holds something else. The runs are those of several `processes`, if they train the shard together.
 */
export function plannedShare(
  request: ShareRequest,
  note: (line: string) => void = () => {},
  processes = 1,
): SweepShare {
  const share = comparedFolder(request, note);
  const runs = planShard(share.config, share.shard, processes);
  return { ...share, runs, todo: runs.filter(({ id }) => !share.ended.has(id)) };
}

/** What the results folder holds of a sweep, found before the runs are planned. */
function comparedFolder(request: ShareRequest, note: (line: string) => void): Omit<SweepShare, "runs" | "todo"> {
  const { config, out = defaultFolder(config), shard = null, overwrite = false } = request;
  if (request.resume && overwrite) throw new UsageError("--resume and --overwrite: expected one of them");
  if (shard !== null && overwrite)
    throw new UsageError(`--overwrite with --shard would delete what other shards train; delete ${out} first`);
  const count = countRuns(config);
  checkCurves(config);
  if (count >= MANY_RUNS) note(`planning ${thousands(count)} runs`);
  const found = findResults(out, config, { overwrite, warn: note });
  if (request.resume && found === undefined)
    throw new UsageError(`${out} holds no sweep to resume; leave out --resume`);
  return { config, out, shard, ended: notRepeated(found, request), begun: found !== undefined };
}

/** Of the runs that have ended, those that are not trained again. */
function notRepeated(
  ended: ReadonlyMap<string, RecordHead> = new Map(),
  { retryFailed = false }: Pick<ShareRequest, "retryFailed">,
): SweepShare["ended"] {
  return new Map([...ended].filter(([, { status }]) => status === "done" || !retryFailed));
}

/** The share without the runs that other processes have ended since it was planned. */
export function shareNow(share: SweepShare, request: Pick<ShareRequest, "retryFailed">): SweepShare {
  const options = { trained: trainedHash(share.config), warn: () => {} };
  const ended = notRepeated(readHeads(join(share.out, JOURNALS), options), request);
  return { ...share, ended, todo: share.todo.filter(({ id }) => !ended.has(id)) };
}

/**
 * The runs with the rows of a table in memory, one copy for all, and with the numbers of rows that their splits have. Throws
 * UsageError if its file is not the one that the config was made with.
 */
export function withTables(runs: readonly AnyRun[]): AnyRun[] {
  const read = memo(withValues);
  const sized = memo((training: AnyRun["training"]) =>
    memo((data: TableSettings, index: string, seed: string) =>
      ownCounts({ data, training, index: Number(index), seed: Number(seed) }),
    ),
  );
  return runs.map((run) => {
    if (run.correlation !== null) return run;
    const data = read(run.data);
    return { ...run, data, training: sized(run.training)(data, String(run.index), String(run.seed)) };
  });
}

/** The ids of the tables that runs have in memory. */
export function tablesOf(runs: readonly AnyRun[]): ReadonlySet<number | undefined> {
  return new Set(runs.map((run) => (run.correlation === null ? run.data.values?.id : undefined)));
}

/**
 * The runs that decide which engines a share needs: all of them, so that a resumed sweep keeps its engines. None if
 * nothing is left to do.
 */
export function trainedWith({ runs, todo }: Pick<SweepShare, "runs" | "todo">): readonly AnyRun[] {
  return todo.length === 0 ? [] : runs;
}

/**
 * The runs of one shard (null: the complete sweep), repeats outermost. Shards of one count are disjoint; together they
 * are the sweep, and neither their sizes nor their shares of a cell differ by more than one run. With `processes` those of
 * `shardsOf`, together.
 */
export function planShard(config: Config, shard: Shard | null, processes = 1): AnyRun[] {
  return [...eachOfShard(config, shard, processes)];
}

const WHOLE: Shard = { index: 1, count: 1 };

/**
 * The shards that several processes train in the place of one: 2/2 by two processes is 3/4 and 4/4. Together they need not be
 * the runs of 2/2, but all of 1/2 and 2/2 by two processes each are the sweep.
 */
export function shardsOf(shard: Shard | null, processes: number): Shard[] {
  const { index, count } = shard ?? WHOLE;
  return Array.from({ length: processes }, (_, i) => {
    return { index: (index - 1) * processes + i + 1, count: count * processes };
  });
}

/** What `planShard` gives, one by one. */
function* eachOfShard(config: Config, shard: Shard | null, processes = 1): Generator<AnyRun> {
  const { index, count } = shard ?? WHOLE;
  const cells = config.points === null ? countRuns(config) / config.runs : 1; // points differ in their repeats
  const sizes = { repeats: countRuns(config) / cells, cells, count: count * processes };
  let place = 0;
  for (const run of eachRun(config)) if (Math.ceil(indexOf(place++, sizes) / processes) === index) yield run;
}

/**
 * The shard, from 1, of the run at `place` in the plan. As many repeats as divide evenly are dealt as a unit, since
 * engines make rows once for all runs of a repeat. The rest is dealt run by run, one cell after the other, so that no
 * shard gets a cell twice.
 */
function indexOf(place: number, { repeats, cells, count }: { repeats: number; cells: number; count: number }): number {
  const [repeat, cell] = [Math.floor(place / cells), place % cells];
  const rest = repeats % count;
  const whole = repeats - rest;
  return 1 + ((repeat < whole ? repeat : cell * rest + (repeat - whole)) % count);
}

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
