import { LINE } from "./layout";
import { boxMuller } from "./box-muller";
import { copyLabels, copyRows, normalRows } from "./few-rows";
import { Generator, panelLabels } from "./labels";
import { setKey, wordBlock } from "./philox";
import { rowLabels } from "./row-labels";
import { evenSquare, square } from "./transpose";

// `panelRows` is 8, or 1 for row after row (few-rows.ts).

/**
 * Normals of rows first.. at `step`, P panels of D columns (rounded up to whole blocks of 4) at `out`. If a step has
 * `perStep` rows (not 0, whole panels), the next ones follow.
 */
export function normals(
  out: usize, stride: usize, D: i32, P: i32, first: i32, step: i32, perStep: i32, key0: u32, key1: u32, panelRows: i32,
): void {
  if (panelRows == 1) normalRows(out, stride, D, P, first, step, perStep, key0, key1);
  else panelNormals(out, stride, D, P, first, step, perStep, key0, key1);
}

function panelNormals(
  out: usize, stride: usize, D: i32, P: i32, first: i32, step: i32, perStep: i32, key0: u32, key1: u32,
): void {
  setKey(key0, key1);
  const blocks = (D + 3) >> 2;
  let row = first;
  for (let p = 0; p < P; p++) {
    const rows = i32x4.add(i32x4.splat(row), i32x4(0, 1, 2, 3));
    const others = i32x4.add(rows, i32x4.splat(4));
    const steps = i32x4.splat(step);
    for (let block = 0; block < blocks; block++) {
      const number = i32x4.splat(block);
      wordBlock(out + <usize>block * 4 * LINE, number, number, rows, others, steps, steps);
    }
    const end = out + <usize>blocks * 4 * LINE;
    for (let at = out; at < end; at += 2 * LINE) {
      boxMuller(at);
      boxMuller(at + 16);
    }
    row += 8;
    if (perStep && row == perStep) {
      row = 0;
      step++;
    }
    out += stride;
  }
}

/** Labels [P][K][panelRows] of P panels of rows `x`, with noise [P][K rounded up to 4][panelRows]. */
export function labels(g: Generator, x: usize, stride: usize, noise: usize, out: usize, P: i32, panelRows: i32): void {
  if (panelRows == 1) rowLabels(g, x, stride, noise, out, P);
  else panelLabels(g, x, stride, noise, out, P);
}

/** Panels [P][D4][8] to rows [8 P][D4], a fixed set in the order of its rows; `rowBytes` is 4 D4. */
export function panelsToRows(panels: usize, stride: usize, rows: usize, rowBytes: usize, P: i32): void {
  for (let p = 0; p < P; p++) {
    for (let at: usize = 0; at < rowBytes; at += 16) {
      const from = panels + at * 8;
      evenSquare(from, rows + at, rowBytes);
      evenSquare(from + 16, rows + 4 * rowBytes + at, rowBytes);
    }
    panels += stride;
    rows += 8 * rowBytes;
  }
}

/** Rows numbered `ids` [panelRows P] of a fixed set [rows][D4] to P panels. */
export function gatherRows(
  rows: usize, rowBytes: usize, ids: usize, panels: usize, stride: usize, P: i32, panelRows: i32,
): void {
  if (panelRows == 1) copyRows(rows, rowBytes, ids, panels, stride, P);
  else gatherPanels(rows, rowBytes, ids, panels, stride, P);
}

function gatherPanels(rows: usize, rowBytes: usize, ids: usize, panels: usize, stride: usize, P: i32): void {
  for (let p = 0; p < P; p++) {
    for (let half: usize = 0; half < 32; half += 16) {
      let r0 = rows + <usize>load<u32>(ids) * rowBytes;
      let r1 = rows + <usize>load<u32>(ids, 4) * rowBytes;
      let r2 = rows + <usize>load<u32>(ids, 8) * rowBytes;
      let r3 = rows + <usize>load<u32>(ids, 12) * rowBytes;
      ids += 16;
      for (let at: usize = 0; at < rowBytes; at += 16)
        square(r0 + at, r1 + at, r2 + at, r3 + at, panels + half + at * 8, LINE);
    }
    panels += stride;
  }
}

/** Labels of the rows `ids` [panelRows P]: from a set's panels [..][K][panelRows] to P panels. */
export function gatherLabels(set: usize, ids: usize, out: usize, K: i32, P: i32, panelRows: i32): void {
  if (panelRows == 1) copyLabels(set, ids, out, K, P);
  else gatherPanelLabels(set, ids, out, K, P);
}

function gatherPanelLabels(set: usize, ids: usize, out: usize, K: i32, P: i32): void {
  const panel = <usize>K * LINE;
  for (let p = 0; p < P; p++) {
    for (let b: usize = 0; b < 32; b += 4) {
      const id = <usize>load<u32>(ids);
      const from = set + (id >> 3) * panel + (id & 7) * 4;
      for (let k: usize = 0; k < panel; k += LINE) store<f32>(out + k + b, load<f32>(from + k));
      ids += 4;
    }
    out += panel;
  }
}
