// Columns of the CSV files that have statistics of a cell's runs.

import type { Cell } from "../identity/cell.ts";
import { mean, quantileSorted } from "../stats/moments.ts";
import { type Column, correlationColumn, settingColumns } from "./columns.ts";
import { RUN_FIELDS } from "./fields.ts";

/** What a row's cell is. */
export function cellColumns<Row extends { readonly cell: Cell }>(): Column<Row>[] {
  return [
    { name: "model", schema: RUN_FIELDS.model, of: ({ cell }) => cell.model },
    correlationColumn(({ cell }) => cell.correlation),
    settingColumns(({ cell }) => cell.point),
  ];
}

interface Statistic {
  readonly name: string;
  /** In words. */
  readonly what: string;
  readonly of: (sorted: Float64Array) => number;
}

/** Over the runs that have a value, sorted. */
export const CELL_STATISTICS: readonly Statistic[] = [
  { name: "mean", what: "mean", of: mean },
  { name: "median", what: "median", of: (sorted) => quantileSorted(sorted, 0.5) },
  { name: "q1", what: "first quartile", of: (sorted) => quantileSorted(sorted, 0.25) },
  { name: "q3", what: "third quartile", of: (sorted) => quantileSorted(sorted, 0.75) },
];
