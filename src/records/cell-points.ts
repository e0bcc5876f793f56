import { type EachLoss, eachLoss } from "../config/loss-sets.ts";
import type { Cell } from "../identity/cell.ts";
import { sortAscending } from "../stats/sort.ts";
import { CELL_STATISTICS } from "./cell-columns.ts";
import { cellEvaluations, type Gathered } from "./cell-evaluations.ts";
import { type RunRecord, tasksOf } from "./record.ts";

/** The losses of those runs of a cell that reached a step. */
export interface CellPoint {
  readonly cell: Cell;
  readonly task: "mean" | number;
  readonly step: number;
  readonly runs: number;
  /** The values of `CELL_STATISTICS`. */
  readonly statistics: EachLoss<readonly number[]>;
}

/** The points of a cell, by task, then step. Gives undefined meanwhile, as `cellEvaluations` does. */
export function* cellPoints(cell: readonly RunRecord[], memory?: Gathered): Generator<CellPoint | undefined> {
  const first = cell[0] as RunRecord;
  const points = Array.from({ length: tasksOf(first) + 1 }, (): CellPoint[] => []);
  for (const evaluation of cellEvaluations(cell, memory)) {
    if (evaluation !== undefined) {
      const { step, losses } = evaluation;
      for (const [t, own] of points.entries()) {
        const statistics = eachLoss((set) => statisticsOf(losses[set][t] as Float64Array));
        const runs = (losses.train[t] as Float64Array).length;
        own.push({ cell: first, task: t === 0 ? "mean" : t - 1, step, runs, statistics });
      }
    }
    yield;
  }
  for (const own of points) yield* own;
}

function statisticsOf(losses: Float64Array): number[] {
  const sorted = sortAscending(losses);
  return CELL_STATISTICS.map(({ of }) => of(sorted));
}
