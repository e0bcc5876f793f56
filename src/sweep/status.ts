import type { Config } from "../config/config.ts";
import type { AnyRun } from "../engines/engine.ts";
import { type Cell, cellKey, NO_CHOICE } from "../identity/cell.ts";
import type { RecordHead } from "../records/journal-line.ts";
import { groupBy } from "../stats/group-by.ts";
import { planRuns } from "./plan.ts";

/** How many runs of one cell are done, failed and missing. */
export interface CellStatus extends Cell {
  readonly done: number;
  readonly failed: number;
  readonly missing: number;
}

/** Status of every cell of a sweep, in the order of its plan; `ended` may hold other runs too. */
export function cellStatuses(config: Config, ended: ReadonlyMap<string, RecordHead>): CellStatus[] {
  const cells = groupBy(planRuns(config), (run) => cellKey(cellOfRun(run)));
  return [...cells.values()].map((runs) => {
    const count = (status: RecordHead["status"]) => runs.filter(({ id }) => ended.get(id)?.status === status).length;
    const [done, failed] = [count("done"), count("failed")];
    return { ...cellOfRun(runs[0] as AnyRun), done, failed, missing: runs.length - done - failed };
  });
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
