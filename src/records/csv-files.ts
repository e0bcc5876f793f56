import { join } from "node:path";
import { writeWhole } from "../files.ts";
import { type Cell, cellKey } from "../identity/cell.ts";
import { groupBy } from "../stats/group-by.ts";
import { CELL_STATISTICS, type Column, cellColumns, csvRow } from "./columns.ts";
import { csvOf } from "./csv.ts";
import { curvesCsv, longCurvesCsv } from "./curves-csv.ts";
import { number, string, whole } from "./fields.ts";
import type { RunRecord } from "./record.ts";
import { runsCsv } from "./runs-csv.ts";

interface CsvOptions {
  /** Also every run's curve. */
  readonly long: boolean;
  /** The names of the tasks' labels, [K], on rows of the user's own. */
  readonly labels?: readonly string[] | undefined;
  /** When it aborts, files that are not complete stay as they were. */
  readonly signal?: AbortSignal;
}

/** Writes a results folder's CSV files, each replaced at once by a rename, and lets others work in between. */
export async function writeCsvFiles(
  path: string,
  records: readonly RunRecord[],
  { long, labels, signal }: CsvOptions,
): Promise<void> {
  await writeWhole(join(path, "runs.csv"), runsCsv(records, labels), signal);
  await writeWhole(join(path, "curves.csv"), curvesCsv(records, labels), signal);
  if (records.some(({ diagnostics }) => diagnostics))
    await writeWhole(join(path, "diagnostics.csv"), diagnosticsCsv(records), signal);
  if (long) await writeWhole(join(path, "curves-long.csv"), longCurvesCsv(records), signal);
}

/**
 * `diagnostics.csv`: each quantity against steps for each cell: mean, median and quartiles over the runs that have a
 * value there.
 */
function diagnosticsCsv(records: readonly RunRecord[]): Generator<string> {
  const cells = [...groupBy(records, cellKey).values()];
  return csvOf(cells, function* (cell) {
    for (const point of diagnosticPoints(cell)) yield csvRow(DIAGNOSTIC_COLUMNS, point, 1);
  });
}

/** A cell's values of a quantity at a step, sorted. */
interface DiagnosticPoint {
  readonly cell: Cell;
  readonly quantity: string;
  readonly step: number;
  readonly values: Float64Array;
}

export const DIAGNOSTIC_COLUMNS: readonly Column<DiagnosticPoint>[] = [
  ...cellColumns<DiagnosticPoint>(),
  {
    name: "quantity",
    schema: string("what was measured, with its task, pair or expert: `gateWeight/1/8` (docs/diagnostics.md)"),
    of: ({ quantity }) => quantity,
  },
  { name: "step", schema: whole("training steps done", "steps"), of: ({ step }) => step },
  { name: "runs", schema: whole("runs that have a value", "runs"), of: ({ values }) => values.length },
  ...CELL_STATISTICS.map(({ name, what, of }): Column<DiagnosticPoint> => {
    return { name, schema: number(`${what} of the quantity over runs`), of: ({ values }) => of(values) };
  }),
];

/** The points of one cell's runs that have any value, quantity by quantity. */
function* diagnosticPoints(cell: readonly RunRecord[]): Generator<DiagnosticPoint> {
  const first = cell[0];
  const found = cell.map(({ diagnostics }) => diagnostics).filter((one) => one !== undefined);
  const steps = [...new Set(found.flatMap((one) => one.steps))].sort((a, b) => a - b);
  const quantities = new Set(found.flatMap(({ values }) => Object.keys(values)));
  for (const quantity of quantities) {
    for (const step of steps) {
      const all = found.map((one) => one.values[quantity]?.[one.steps.indexOf(step)] ?? Number.NaN);
      const values = Float64Array.from(all.filter((value) => !Number.isNaN(value))).sort();
      if (values.length > 0) yield { cell: first, quantity, step, values };
    }
  }
}
