import type { Cell } from "../records/cell.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { type Description, describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { shareOf } from "../stats/share.ts";

/**
 * A run that ends above is taken to be in a bad minimum, if nothing else is said: between the lowest cluster of the
 * paper's Figure 5 (to .07 or so) and the next (from .2 on), and an edge of its bins.
 */
export const BAD_LOSS = 5 / 30;

/** What the runs of one cell ended at. */
export interface CellSummary extends Cell {
  /** Ids and reasons of the runs that failed: they are in no loss. */
  readonly failed: readonly { readonly id: string; readonly reason: string }[];
  /** The share of runs that failed, of those that have ended. */
  readonly failedShare: Estimate;
  readonly missing: number;
  readonly loss: Description;
  /** The share of runs in bad minima, of those that are done. */
  readonly badShare: Estimate;
}

/** Describes cells; a loss above `bad` is in a bad minimum. */
export function summarizeCells(cells: readonly CellLosses[], bad: number): CellSummary[] {
  return cells.map((cell) => summarizeCell(cell, bad));
}

function summarizeCell({ model, correlation, byRun, failed, missing }: CellLosses, bad: number): CellSummary {
  const losses = Float64Array.from(byRun.values());
  return {
    model,
    correlation,
    failed: failed.map(({ id, reason }) => ({ id, reason })),
    failedShare: shareOf(failed.length, failed.length + losses.length),
    missing,
    loss: describe(losses),
    badShare: shareOf(losses.filter((loss) => loss > bad).length, losses.length),
  };
}
