import type { LossSet } from "../config/loss-sets.ts";
import { type Cell, cellOf } from "../identity/cell.ts";
import { type CellLosses, cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { type Description, describe } from "../stats/describe.ts";
import type { Estimate } from "../stats/estimate.ts";
import { shareOf } from "../stats/share.ts";
import { BAD_LOSS } from "./bad-loss.ts";
import {
  betweenCorrelations,
  betweenModels,
  betweenPoints,
  type CellComparison,
  type SpreadComparison,
  spreadsBetweenModels,
} from "./comparisons.ts";
import { type Rungs, rungsOf } from "./rungs.ts";

/** Final losses of a sweep: every cell, and cells in pairs that differ in the model, the correlation or the grid point alone. */
export interface Summary {
  readonly loss: LossSet;
  /** Runs with a higher loss are in bad minima. */
  readonly bad: number;
  readonly cells: readonly CellSummary[];
  readonly models: readonly CellComparison[];
  readonly correlations: readonly CellComparison[];
  /** Each grid point minus the first one. */
  readonly points: readonly CellComparison[];
  readonly spreads: readonly SpreadComparison[];
  /** The rungs of the ladder that runs end on; null for the running mean, and for rows of the user's own. */
  readonly rungs: Rungs | null;
}

export function summaryOf(results: Results, loss: LossSet, bad = BAD_LOSS): Summary {
  const cells = cellLosses(results, loss);
  return {
    loss,
    bad,
    cells: summarizeCells(cells, bad),
    models: betweenModels(cells),
    correlations: betweenCorrelations(cells),
    points: betweenPoints(cells),
    spreads: spreadsBetweenModels(cells),
    rungs: rungsOf(results, loss, bad) ?? null,
  };
}

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
