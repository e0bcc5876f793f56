import { type Cell, cellOf } from "../identity/cell.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { type Description, describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { shareOf } from "../stats/share.ts";

/** Final losses of the runs of one cell. */
export interface CellSummary extends Cell {
  /** Ids and reasons of the runs that failed; no loss includes them. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  /** Share of failed runs among those that have ended. */
  readonly failedShare: Estimate;
  readonly missing: number;
  readonly loss: Description;
  /** Share of runs in bad minima among those that are done. */
  readonly badShare: Estimate;
}

/** Describes cells; a loss above `bad` is in a bad minimum. */
export function summarizeCells(cells: readonly CellLosses[], bad: number): CellSummary[] {
  return cells.map((cell) => summarizeCell(cell, bad));
}

function summarizeCell(cell: CellLosses, bad: number): CellSummary {
  const { byRun, failed, missing } = cell;
  const losses = Float64Array.from(byRun.values());
  return {
    ...cellOf(cell),
    failed: failed.map(({ id, reason }) => ({ id, reason })),
    failedShare: shareOf(failed.length, failed.length + losses.length),
    missing,
    loss: describe(losses),
    badShare: shareOf(losses.filter((loss) => loss > bad).length, losses.length),
  };
}
