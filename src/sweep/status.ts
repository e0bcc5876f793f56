import type { Config } from "../config/config.ts";
import type { AnyRun } from "../engines/engine.ts";
import { type Cell, cellKey, NO_CHOICE } from "../identity/cell.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { eachRun } from "./plan.ts";

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

/** The cell of a planned run. */
export function cellOfRun({ model, correlation, point = NO_CHOICE }: AnyRun): Cell {
  return { model: model.name, correlation, point };
}

/** All cells together. */
export function totalStatus(cells: readonly CellStatus[]): Omit<CellStatus, keyof Cell> {
  const total = (key: "done" | "failed" | "missing") => cells.reduce((sum, cell) => sum + cell[key], 0);
  return { done: total("done"), failed: total("failed"), missing: total("missing") };
}
