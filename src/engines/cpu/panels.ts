// The layout of rows in linear memory: panels of 8 rows, [P][N][8]; see kernels/layout.ts.
import { type Arena, roundUp } from "./arena.ts";

/** Rows of a panel, outputs of a strip. */
export const PANEL_ROWS = 8;
/** Bytes of one column of a panel: 8 float32. */
export const LINE = 32;
/** Columns behind a buffer that kernels may read (never use) when they take four or eight columns at a time. */
const SLACK = 8;

/** Columns of a buffer of panels and of its gradient: addresses of the first column, and the bytes between panels. */
export interface Columns {
  readonly value: number;
  readonly gradient: number;
  readonly stride: number;
  /** Whether they come out of a ReLU: then the gradient is 0 where the value is. */
  readonly relu: boolean;
}

/** Panels of `rows` rows. */
export function panelsOf(rows: number): number {
  return Math.ceil(rows / PANEL_ROWS);
}

/** Inputs rounded up to the whole blocks of 4 that rows are generated in. */
export function paddedInputs(D: number): number {
  return roundUp(D, 4);
}

/** Bytes of a panel of inputs. */
export function inputPanelBytes(D: number): number {
  return paddedInputs(D) * LINE;
}

/** A buffer of P panels of N columns with its gradient. */
export function takeColumns(arena: Arena, P: number, N: number, relu: boolean): Columns {
  const bytes = (P * N + SLACK) * LINE;
  return { value: arena.take(bytes), gradient: arena.take(bytes), stride: N * LINE, relu };
}

/** Columns `n`.. of a buffer. */
export function columnsFrom(columns: Columns, n: number, relu = columns.relu): Columns {
  const { value, gradient, stride } = columns;
  return { value: value + n * LINE, gradient: gradient + n * LINE, stride, relu };
}

/** The place of row `row`, column `n` in panels of N columns, in numbers. */
export function panelIndex(row: number, n: number, N: number): number {
  return (Math.floor(row / PANEL_ROWS) * N + n) * PANEL_ROWS + (row % PANEL_ROWS);
}
