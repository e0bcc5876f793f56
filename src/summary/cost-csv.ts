import { toCsv } from "../records/csv.ts";
import type { ModelCost } from "./cost.ts";

/** Costs as CSV: one row for each model and kind of device; an empty cell for no value. */
export function costCsv(costs: readonly ModelCost[]): string {
  return toCsv(
    costs.map(({ model, batch = "", on, parameters, flopPerRow, runs, done, stepMs, rowUs, isShared, totalMs }) => {
      const { value, low, high } = rowUs;
      const time = {
        stepMs,
        rowUs: value,
        rowUsLow: low,
        rowUsHigh: high,
        sharedTime: isShared ? "yes" : "no",
        totalMs,
      };
      return { model, batch, on, parameters, flopPerRow: flopPerRow ?? "", runs, done, ...time };
    }),
  );
}
