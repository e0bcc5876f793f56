// How rows lie in linear memory. Everything is float32 unless a name says otherwise; strides and offsets are bytes.
//
// Rows (inputs, units, gradients of units) are in panels of as many rows as a vector has lanes: [P][N][lanes], P =
// ceil(B / lanes). A lane is a row: softmax, ReLU and mixing never cross lanes, and neither units nor experts need padding.
// A buffer's stride is the distance from one panel to the next, so columns n.. of a buffer are a buffer themselves, with
// the same stride.
//
// The rows of a small batch are one after the other instead, [B][N]: panels of one row, of which a lane is a unit. What
// lies behind a row's last column is another's: whole vectors may read it but never write it.
import { roundUp } from "./arena.ts";

/** A kernel set's choice for a batch size. */
export interface Layout {
  /** Rows of a panel: `lanes`, or 1 for row after row, where lanes are units. */
  readonly panelRows: number;
  /** Numbers of a vector. */
  readonly lanes: number;
}

/** The layout of WebAssembly's kernels for all but the smallest batches. */
export const PANELS: Layout = { panelRows: 4, lanes: 4 };

export function columnBytes({ panelRows }: Layout): number {
  return 4 * panelRows;
}

export function panelsOf(rows: number, { panelRows }: Layout): number {
  return Math.ceil(rows / panelRows);
}

/** Inputs rounded up to the whole blocks of 4 that rows are generated in. */
export function paddedInputs(D: number): number {
  return roundUp(D, 4);
}

export function inputPanelBytes(D: number, layout: Layout): number {
  return paddedInputs(D) * columnBytes(layout);
}

/** The place of row `row`, column `n` in panels of N columns, in numbers. */
export function panelIndex(row: number, n: number, N: number, { panelRows }: Layout): number {
  return (Math.floor(row / panelRows) * N + n) * panelRows + (row % panelRows);
}
