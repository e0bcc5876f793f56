import type { LossSet } from "../config/loss-sets.ts";
import { cellLosses } from "../records/cell-losses.ts";
import type { Results } from "../records/read-results.ts";
import { BAD_LOSS } from "./bad-loss.ts";
import { type CellSummary, summarizeCells } from "./cell-summary.ts";
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
