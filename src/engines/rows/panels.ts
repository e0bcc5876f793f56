// The layout of rows in linear memory: panels of 8 rows, [P][N][8]; see kernels/layout.ts.
import { roundUp } from "./arena.ts";

/** Rows of a panel, outputs of a strip. */
export const PANEL_ROWS = 8;
/** Bytes of one column of a panel: 8 float32. */
export const LINE = 32;
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

/** The place of row `row`, column `n` in panels of N columns, in numbers. */
export function panelIndex(row: number, n: number, N: number): number {
  return (Math.floor(row / PANEL_ROWS) * N + n) * PANEL_ROWS + (row % PANEL_ROWS);
}
