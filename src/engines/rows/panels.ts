// Where rows and weights lie in linear memory; see kernels/layout.ts.
import { roundUp } from "./arena.ts";

/** A kernel set's choice for a batch size. */
export interface Layout {
  /** Rows of a panel [N][panelRows]: one to a lane. 1 is row after row: then lanes are units, which suits few rows. */
  readonly panelRows: number;
  /** Outputs of a strip of weights, or what a unit's inputs are rounded up to. */
  readonly lanes: number;
  /** Weights D -> N as strips [ceil(N / lanes)][D4][lanes], or unit after unit, [N][D rounded up to lanes]. */
  readonly weights: "strips" | "units";
}

/** The layout of WebAssembly's kernels for all but the smallest batches. */
export const PANELS: Layout = { panelRows: 8, lanes: 8, weights: "strips" };

/** Bytes of one column of a panel. */
export function columnBytes({ panelRows }: Layout): number {
  return 4 * panelRows;
}

/** Panels of `rows` rows. */
export function panelsOf(rows: number, { panelRows }: Layout): number {
  return Math.ceil(rows / panelRows);
}

/** Inputs rounded up to the whole blocks of 4 that rows are generated in. */
export function paddedInputs(D: number): number {
  return roundUp(D, 4);
}

/** Bytes of a panel of inputs. */
export function inputPanelBytes(D: number, layout: Layout): number {
  return paddedInputs(D) * columnBytes(layout);
}

/** The place of row `row`, column `n` in panels of N columns, in numbers. */
export function panelIndex(row: number, n: number, N: number, { panelRows }: Layout): number {
  return (Math.floor(row / panelRows) * N + n) * panelRows + (row % panelRows);
}
