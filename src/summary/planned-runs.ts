import { type Cell, cellOf } from "../identity/cell.ts";
import { type CellLosses, overlapOf } from "../records/cell-losses.ts";
import { toCsv } from "../records/csv.ts";
import { standardDeviation } from "../stats/moments.ts";
import { differences } from "../stats/pairs.ts";
import { pairsToTell } from "../stats/power.ts";
import { modelPairs, pairedLosses } from "./comparisons.ts";

/** How many runs of two models it takes to tell a difference of their mean losses. */
export interface PlannedRuns {
  readonly first: Cell;
  readonly second: Cell;
  /** Runs that are done in both. */
  readonly pairs: number;
  /** The standard deviation of the differences over these; NaN for fewer than two. */
  readonly deviation: number;
  /** Runs of each model; NaN where the deviation is unknown. */
  readonly needed: number;
}

/** Every two models at each correlation and grid point. */
export function plannedRuns(cells: readonly CellLosses[], size: number): PlannedRuns[] {
  return modelPairs(cells).map((pair) => {
    const found = differences(...pairedLosses(pair));
    const [first, second] = [cellOf(pair[0]), cellOf(pair[1])];
    return {
      first,
      second,
      pairs: found.length,
      deviation: standardDeviation(found),
      needed: pairsToTell(found, size, { overlap: overlapOf(pair) }),
    };
  });
}

export function plannedRunsCsv(planned: readonly PlannedRuns[], size: number): string {
  return toCsv(
    planned.map(({ first: { model, correlation, point }, second, pairs, deviation, needed }) => {
      const known = Number.isNaN(deviation) ? {} : { deviation, needed };
      return {
        model,
        otherModel: second.model,
        correlation,
        ...point,
        size,
        pairs,
        deviation: "",
        needed: "",
        ...known,
      };
    }),
  );
}
