import { byCorrelation } from "../identity/cell.ts";
import type { CellLosses } from "../records/cell-losses.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { rankingOf } from "../summary/leading.ts";

/** The model with the lowest mean loss at a correlation. */
export interface Lowest {
  readonly correlation: number | null;
  readonly model: string;
  /** Models that the runs do not tell apart from it. */
  readonly near: readonly string[];
}

/** The lowest at each correlation at which two models or more have runs that are done, by rising correlation. */
export function lowestModels(cells: readonly CellLosses[]): Lowest[] {
  const trained = cells.filter(({ byRun }) => byRun.size > 0);
  const groups = [...groupBy(trained, ({ correlation }) => String(correlation)).values()];
  const lowest = groups.flatMap((group): Lowest[] => {
    const { ranked, alike } = rankingOf(group);
    const [first, ...near] = ranked.slice(0, alike);
    if (first === undefined || group.length < 2) return [];
    return [{ correlation: first.correlation, model: first.model, near: near.map(({ model }) => model) }];
  });
  return lowest.sort(byCorrelation);
}

export function meanOf({ byRun }: CellLosses): number {
  return mean([...byRun.values()]);
}
