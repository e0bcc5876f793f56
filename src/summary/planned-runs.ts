import { type Cell, cellOf, pointText } from "../identity/cell.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { commonRuns, lossesOf } from "../records/cell-losses.ts";
import { toCsv } from "../records/csv.ts";
import { groupBy } from "../stats/group-by.ts";
import { standardDeviation } from "../stats/moments.ts";
import { differences, pairsOf } from "../stats/pairs.ts";
import { pairsToTell } from "../stats/power.ts";

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
  const groups = groupBy(cells, ({ correlation, point }) => `${correlation} ${pointText(point)}`);
  return [...groups.values()].flatMap(pairsOf).map(([a, b]) => {
    const runs = commonRuns([a, b]);
    const found = differences(lossesOf(a, runs), lossesOf(b, runs));
    const [first, second] = [cellOf(a), cellOf(b)];
    return { first, second, pairs: runs.length, deviation: standardDeviation(found), needed: pairsToTell(found, size) };
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
