// Rows one after the other, [rows][D4], where rows.ts makes panels: 8 of them at a time.
import { LINE } from "./layout";
import { boxMuller } from "./box-muller";
import { setKey, wordBlock } from "./philox";
import { evenSquare } from "./transpose";

/** Numbers and steps of 8 rows. */
const ROWS = memory.data(32, 16);
const STEPS = memory.data(32, 16);
/** Four columns of 8 rows, and the same row after row. */
const COLUMNS = memory.data(128, 16);
const ORDERED = memory.data(128, 16);

/**
 * Normals of `count` rows of D columns (rounded up to whole blocks of 4). If a step has `perStep` rows (not 0), rows are
 * numbered from 0 in each.
 */
export function normalRows(
  out: usize, stride: usize, D: i32, count: i32, first: i32, step: i32, perStep: i32, key0: u32, key1: u32,
): void {
  setKey(key0, key1);
  let row = first;
  for (let i = 0; i < count; i += 8) {
    for (let at: usize = 0; at < 32; at += 4) {
      store<i32>(ROWS + at, row);
      store<i32>(STEPS + at, step);
      row++;
      if (perStep && row == perStep) {
        row = 0;
        step++;
      }
    }
    eightRows(out, stride, (D + 3) >> 2, min(8, count - i));
    out += 8 * stride;
  }
}

function eightRows(out: usize, stride: usize, blocks: i32, count: i32): void {
  for (let block = 0; block < blocks; block++) {
    const number = i32x4.splat(block);
    wordBlock(
      COLUMNS, number, number, v128.load(ROWS), v128.load(ROWS, 16), v128.load(STEPS), v128.load(STEPS, 16),
    );
    boxMuller(COLUMNS);
    boxMuller(COLUMNS + 16);
    boxMuller(COLUMNS + 2 * LINE);
    boxMuller(COLUMNS + 2 * LINE + 16);
    storeBlock(out + (<usize>block << 4), stride, count);
  }
}

/** Four columns of the first `count` of 8 rows. */
function storeBlock(out: usize, stride: usize, count: i32): void {
  if (count == 8) {
    evenSquare(COLUMNS, out, stride);
    evenSquare(COLUMNS + 16, out + 4 * stride, stride);
    return;
  }
  evenSquare(COLUMNS, ORDERED, 16);
  evenSquare(COLUMNS + 16, ORDERED + 64, 16);
  const end = ORDERED + (<usize>count << 4);
  for (let from = ORDERED; from < end; from += 16) {
    v128.store(out, v128.load(from));
    out += stride;
  }
}

/** Rows numbered `ids` [count] of a fixed set [rows][D4]. */
export function copyRows(rows: usize, rowBytes: usize, ids: usize, out: usize, stride: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const from = rows + <usize>load<u32>(ids) * rowBytes;
    for (let at: usize = 0; at < rowBytes; at += 16) v128.store(out + at, v128.load(from + at));
    ids += 4;
    out += stride;
  }
}

/** Labels of the rows `ids`: from a set's [rows][K] to [count][K]. */
export function copyLabels(set: usize, ids: usize, out: usize, K: i32, count: i32): void {
  const row = <usize>K << 2;
  for (let i = 0; i < count; i++) {
    const from = set + <usize>load<u32>(ids) * row;
    for (let at: usize = 0; at < row; at += 4) store<f32>(out + at, load<f32>(from + at));
    ids += 4;
    out += row;
  }
}
