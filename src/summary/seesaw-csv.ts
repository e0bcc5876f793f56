import { toCsv } from "../records/csv.ts";
import type { Estimate } from "../stats/estimate.ts";
import type { CellSeesaw, Seesaw } from "./seesaw.ts";

/** Gains as CSV: one row for each statistic of a cell; an empty cell for no value. */
export function seesawCsv({ loss, against, cells }: Seesaw): string {
  return toCsv(
    cells.flatMap(({ model, correlation, point, ...cell }) =>
      statisticsOf(cell).map(([statistic, { value, low, high }]) => {
        return { loss, against, model, correlation, ...point, statistic, pairs: cell.pairs, value, low, high };
      }),
    ),
  );
}

function statisticsOf({ gains, ...of }: Omit<CellSeesaw, "model" | "correlation" | "point">): [string, Estimate][] {
  return [
    ...gains.map((gain, k): [string, Estimate] => [`gain${k + 1}`, gain]),
    ["deltaM", of.deltaM],
    ["medianDeltaM", of.medianDeltaM],
    ["seesawShare", of.seesaw],
    ["allGainShare", of.allGain],
    ["allLoseShare", of.allLose],
  ];
}
