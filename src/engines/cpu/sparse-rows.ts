// Rows of which most inputs are 0, as those of categories are.
import type { Run } from "../engine.ts";
import type { Layout } from "../rows/panels.ts";

/** A row has the values of its inputs that are not 0, then their places among the inputs. */
export interface SparseRows {
  /** Where they begin: after all inputs, D, or at 0 where no layer reads the others. */
  readonly at: number;
  /** The most of them. */
  readonly entries: number;
  /** Numbers of a row. */
  readonly numbers: number;
}

/** Rows are sparse if at most one of so many inputs is not 0. */
const LEAST_SPARSE = 4;

/** Undefined if few inputs are 0, and where lanes are units, since a step then takes longer for its optimizer than for zeros. */
export function sparseRows({ data, training }: Run, { panelRows }: Layout): SparseRows | undefined {
  const columns = "columns" in data ? (data.columns ?? []) : [];
  if (panelRows === 1 || columns.length === 0 || columns.some(({ embedding }) => embedding !== undefined))
    return undefined;
  const entries = columns.reduce((sum, { values, gaps }) => sum + (values > 0 ? 1 : 1 + Number(gaps)), 0);
  if (data.inputs < LEAST_SPARSE * entries) return undefined;
  const at = paysSparse(training.batch, data.inputs, entries) ? 0 : data.inputs;
  return { at, entries, numbers: at + 2 * entries };
}

/**
 * Whether an update that adds a row's entries alone takes less time than one that adds whole rows on which a unit is on. An entry
 * takes as long as about 32 inputs of a whole row, and each input once as long as in 128 rows (bench/sparse.ts).
 */
export function paysSparse(batch: number, D: number, entries: number): boolean {
  return batch * (D - 32 * entries) > 128 * D;
}
