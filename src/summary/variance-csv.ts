import { toCsv } from "../records/csv.ts";
import type { CellVariance, VarianceOptions } from "./variance.ts";

/** The names of the two factors and of what is left. */
export const COMPONENTS = [
  ["rows", "data"],
  ["columns", "initial"],
  ["rest", "rest"],
] as const;

/** Variance components as CSV: two rows for each component of a cell, its variance and its share; an empty cell for no value. */
export function varianceCsv(cells: readonly CellVariance[], { loss, of }: VarianceOptions): string {
  return toCsv(
    cells.flatMap(({ model, correlation, point, data, initial, variance, share }) =>
      Object.entries({ variance, share }).flatMap(([statistic, components]) =>
        COMPONENTS.map(([name, component]) => {
          const { value, low, high } = components[name];
          const of_ = { component, statistic, data, initial };
          return { loss, of, model, correlation, ...point, ...of_, value, low, high };
        }),
      ),
    ),
  );
}
