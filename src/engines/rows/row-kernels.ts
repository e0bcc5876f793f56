/** Entry points that make rows; all addresses and strides are bytes. See kernels/ for what each does. */
export interface RowKernels {
  normals(
    ...args: [out: number, stride: number, D: number, P: number, first: number, step: number, ...NormalsEnd]
  ): void;
  labels(
    ...args: [generator: number, x: number, stride: number, noise: number, out: number, P: number, panelRows: number]
  ): void;
  panelsToRows(panels: number, stride: number, rows: number, rowBytes: number, P: number): void;
  gatherRows(
    ...args: [rows: number, rowBytes: number, ids: number, out: number, stride: number, P: number, panelRows: number]
  ): void;
  encodeRows(
    ...args: [codes: number, C: number, cells: number, cellBytes: number, out: number, stride: number, ...EncodeEnd]
  ): void;
  gatherLabels(set: number, ids: number, out: number, K: number, P: number, panelRows: number): void;
}

/** The `most` inputs of a row that are not 0, in place of all; 0 for all. */
type EncodeEnd = [rows: number, most: number];
type NormalsEnd = [perStep: number, key0: number, key1: number, panelRows: number];
