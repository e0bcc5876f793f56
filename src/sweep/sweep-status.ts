import { join } from "node:path";
import { settingsOf } from "../config/cells.ts";
import { type Config, trainedHash } from "../config/config.ts";
import type { AnyRun } from "../engines/engine.ts";
import { type Cell, cellKey, NO_CHOICE } from "../identity/cell.ts";
import { type Kept, keptIn, keptOf } from "../records/checkpoints.ts";
import { JOURNALS } from "../records/find-results.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { configIn } from "../records/read-results.ts";
import { readHeads } from "../records/read-sweep.ts";
import { type Writer, writersIn } from "../records/writers.ts";
import { groupBy } from "../stats/group-by.ts";
import { eachRun, planWanted } from "./plan.ts";

/** What of a sweep is done, and what processes do in its folder. */
export interface SweepStatus {
  readonly folder: string;
  /** The hash of its settings, then those of the user's own models. */
  readonly trained: string;
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
  /** Of the missing runs, those that a process trains now. */
  readonly training: Kept;
  /** Of the others, those that checkpoints keep. */
  readonly kept: Kept;
  /** Of the processes that train now. */
  readonly runsPerMinute: number;
  /** Null if nothing trains, and runs are missing. */
  readonly leftMs: number | null;
  readonly cells: readonly (CellStatus & {
    readonly training: number;
    /** What its runs are trained with. */
    readonly settings: Readonly<Record<string, unknown>>;
  })[];
  readonly writers: readonly Writer[];
}

/** Reads a results folder. `warn` gets a line for what is damaged there. Throws UsageError for a folder without a sweep. */
export function statusOf(folder: string, warn: (line: string) => void): SweepStatus {
  const config = configIn(folder);
  const journals = join(folder, JOURNALS);
  const trained = trainedHash(config);
  const of = { trained, warn };
  const ended = readHeads(journals, of);
  const cells = cellStatuses(config, ended);
  const writers = writersIn(journals);
  const left = planWanted(config, ({ id }) => !ended.has(id));
  const active = writers.filter(({ state }) => state === "training");
  const inFlight = new Map(
    active.flatMap(({ progress }) => (progress?.inFlight ?? []).map(({ id, step }) => [id, step])),
  );
  const training = keptOf(left, inFlight);
  const others = left.filter(({ id }) => !inFlight.has(id));
  const kept = keptIn(folder, others, of);
  const inCell = groupBy(
    left.filter(({ id }) => inFlight.has(id)),
    (run) => cellKey(cellOfRun(run)),
  );
  return {
    folder,
    trained,
    ...totalStatus(cells),
    training,
    kept,
    runsPerMinute: sum(active, ({ runs, elapsedMs }) => (elapsedMs > 0 ? runs / (elapsedMs / 60_000) : 0)),
    leftMs: left.length === 0 ? 0 : leftMs(stepsLeft(left, [training, kept]), active),
    cells: cells.map((cell) => {
      return { ...cell, training: inCell.get(cellKey(cell))?.length ?? 0, settings: settingsOf(config, cell) };
    }),
    writers,
  };
}

/** Steps of `runs` without those that are done; all of a sweep's runs are taken for equally long. */
function stepsLeft(runs: readonly AnyRun[], begun: readonly Kept[]): number {
  const steps = sum(runs, ({ training }) => training.steps);
  return Math.max(0, steps - (steps / runs.length) * sum(begun, ({ runs: count, share }) => count * share));
}

/** The time of `steps` steps at the pace of the processes that train; null if none has trained a step. */
function leftMs(steps: number, active: readonly Writer[]): number | null {
  const perMs = sum(active, ({ progress }) =>
    progress && progress.elapsedMs > 0 ? progress.steps / progress.elapsedMs : 0,
  );
  return perMs === 0 ? null : steps / perMs;
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0);
}

/** How many runs of one cell are done, failed and missing. */
export type CellStatus = Readonly<Counted>;

type Counted = Cell & Record<RecordHead["status"] | "missing", number>;

/** Status of every cell of a sweep, in the order of its plan; `ended` may hold other runs too. */
export function cellStatuses(config: Config, ended: ReadonlyMap<string, RecordHead>): CellStatus[] {
  const counts = new Map<string, Counted>();
  for (const run of eachRun(config)) {
    const cell = cellOfRun(run);
    const key = cellKey(cell);
    const count = counts.get(key) ?? { ...cell, done: 0, failed: 0, missing: 0 };
    counts.set(key, count);
    count[ended.get(run.id)?.status ?? "missing"]++;
  }
  return [...counts.values()];
}

function cellOfRun({ model, correlation, point = NO_CHOICE }: AnyRun): Cell {
  return { model: model.name, correlation, point };
}

export function totalStatus(cells: readonly CellStatus[]): Omit<CellStatus, keyof Cell> {
  const total = (key: "done" | "failed" | "missing") => cells.reduce((sum, cell) => sum + cell[key], 0);
  return { done: total("done"), failed: total("failed"), missing: total("missing") };
}
