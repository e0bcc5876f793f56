import { toCsv } from "../records/csv.ts";
import type { Change } from "./folder-change.ts";

/** What changed between two folders as CSV: a row for each cell that both have. */
export function changeCsv({ loss, tolerance, cells }: Change): string {
  return toCsv(
    cells.map(({ model, correlation, point, pairs, equal, mean, change, verdict }) => ({
      ...{ loss, model, correlation, ...point, pairs, equal, meanInA: mean },
      ...{ change: change.value, low: change.low, high: change.high, tolerance, verdict },
    })),
  );
}
