import { cellsOf } from "../config/cells.ts";
import type { LossSet } from "../config/losses.ts";
import { type Cell, cellKey, cellOf } from "../identity/cell.ts";
import { toCsv } from "../records/csv.ts";
import type { Results } from "../records/read-results.ts";
import { finalLosses, type RunRecord } from "../records/record.ts";
import { groupBy } from "../stats/group-by.ts";
import { mean } from "../stats/moments.ts";
import { type CrossedTable, type VarianceComponents, varianceComponents } from "../stats/variance-components.ts";

/** What of a run varies: its final loss, the natural logarithm of it, or whether it is in a bad minimum (1) or not (0). */
export const VARYING = ["loss", "log", "bad"] as const;
type Varying = (typeof VARYING)[number];

/** Where the variance of a crossed cell comes from: `rows` are its data, `columns` its initial values. */
export interface CellVariance extends Cell, VarianceComponents {
  /** Data seeds and seeds of initial values of which all runs are done together; others are left out. */
  readonly data: number;
  readonly initial: number;
  readonly mean: number;
}

export interface VarianceOptions {
  readonly loss: LossSet;
  readonly of: Varying;
  /** A run with a higher final loss is in a bad minimum. */
  readonly bad: number;
}

/** The variance components of every cell of a crossed sweep in which a run is done. */
export function variancesOf({ config, records }: Results, options: VarianceOptions): CellVariance[] {
  const byCell = groupBy(records, cellKey);
  return cellsOf(config).flatMap((cell) => {
    const table = completeTable(valuesOf(byCell.get(cellKey(cell)) ?? [], options));
    const initial = table[0]?.length ?? 0;
    if (initial === 0) return [];
    return [
      { ...cellOf(cell), data: table.length, initial, mean: mean(table.map(mean)), ...varianceComponents(table) },
    ];
  });
}

/** Values by data and initial values. */
type Values = ReadonlyMap<number, ReadonlyMap<number, number>>;

function valuesOf(records: readonly RunRecord[], { loss, of, bad }: VarianceOptions): Values {
  const values = new Map<number, Map<number, number>>();
  for (const record of records) {
    const final = finalLosses(record, loss)?.mean;
    if (final === undefined || record.cross === undefined) continue;
    const { data, initial } = record.cross;
    const value = { loss: final, log: Math.log(final), bad: final > bad ? 1 : 0 }[of];
    values.set(data, (values.get(data) ?? new Map<number, number>()).set(initial, value));
  }
  return values;
}

/** The table without gaps [data][initial] that is left if the row or column with the most gaps goes, again and again. */
function completeTable(values: Values): CrossedTable {
  let rows = [...values.keys()].sort((a, b) => a - b);
  let columns = [...new Set([...values.values()].flatMap((row) => [...row.keys()]))].sort((a, b) => a - b);
  const isGap = (r: number, c: number) => !values.get(r)?.has(c);
  for (;;) {
    const ofRow = rows.map((r) => columns.filter((c) => isGap(r, c)).length / columns.length);
    const ofColumn = columns.map((c) => rows.filter((r) => isGap(r, c)).length / rows.length);
    const [worstRow, worstColumn] = [Math.max(0, ...ofRow), Math.max(0, ...ofColumn)];
    if (worstRow === 0 && worstColumn === 0) break;
    if (worstRow >= worstColumn) rows = rows.toSpliced(ofRow.lastIndexOf(worstRow), 1);
    else columns = columns.toSpliced(ofColumn.lastIndexOf(worstColumn), 1);
  }
  return rows.map((r) => Float64Array.from(columns, (c) => values.get(r)?.get(c) as number));
}

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
