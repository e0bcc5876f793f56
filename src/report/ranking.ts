import { estimate } from "../figures/interval.ts";
import { offBy } from "../figures/paired-rows.ts";
import { byCorrelation } from "../identity/cell.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";

/** The model with the lowest mean loss at a correlation. */
export interface Lowest {
  readonly correlation: number | null;
  readonly model: string;
  /**
   * The second lowest, if it is not told apart on the runs done in both: the 95 % interval of the difference contains
   * 0.
   */
  readonly near: string | undefined;
}

/** The lowest at each correlation at which two models or more have runs that are done, by rising correlation. */
export function lowestModels(cells: readonly CellLosses[]): Lowest[] {
  const trained = cells.filter(({ byRun }) => byRun.size > 0);
  const groups = [...groupBy(trained, ({ correlation }) => String(correlation)).values()];
  const lowest = groups.flatMap((group): Lowest[] => {
    const found = lowestTwo(group);
    if (found === undefined) return [];
    const { first, second, areApart } = found;
    return [{ correlation: first.correlation, model: first.model, near: areApart ? undefined : second.model }];
  });
  return lowest.sort(byCorrelation);
}

/** The two lowest of cells with runs that are done, and whether their runs tell them apart; undefined for fewer cells. */
export function lowestTwo(cells: readonly CellLosses[]) {
  const [first, second] = [...cells].sort((a, b) => meanOf(a) - meanOf(b));
  return first && second && { first, second, areApart: areApart(first, second) };
}

export function meanOf({ byRun }: CellLosses): number {
  return mean([...byRun.values()]);
}

function areApart(lower: CellLosses, higher: CellLosses): boolean {
  return estimate(offBy(higher)(lower), "mean").low > 0;
}
