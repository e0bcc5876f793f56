// The rows in which a unit's gradient is not 0, and the sums of their inputs: the loops of sparse-update.ts.
import { SparseUpdate } from "./instructions";
import { LINE } from "../../rows/kernels/layout";
import { evenSquare } from "../../rows/kernels/transpose";

/** Panels of a block: its 64 rows are a word of bits, and their packed inputs 13 KiB of the first-level cache. */
export const BLOCK: i32 = 8;
/** Bytes of a block's gradients of one unit. */
const COLUMN: usize = <usize>BLOCK * LINE;
/** The most vectors of inputs that are added at once, and as many bytes of a packed row or a unit's sums. */
export const WIDEST: i32 = 13;
export const ROW: usize = 16 * <usize>WIDEST;

/**
 * For each unit, finds in a block of g: its column, a mask of the rows where it is not 0, and its sums for the bias.
 */
export function findActive(op: SparseUpdate, g: usize, panels: i32, isFirst: bool): void {
  const zero = f32x4.splat(0);
  let column = op.columns;
  for (let n: usize = 0; n < <usize>op.N; n++) {
    let from = g + n * LINE;
    let mask: u64 = 0;
    let sum = isFirst ? zero : v128.load(op.biasSums + (n << 4));
    for (let p = 0; p < panels; p++) {
      const a = v128.load(from);
      const b = v128.load(from, 16);
      sum = f32x4.add(f32x4.add(sum, a), b);
      const bits = i32x4.bitmask(f32x4.ne(a, zero)) | (i32x4.bitmask(f32x4.ne(b, zero)) << 4);
      mask |= <u64>bits << (8 * p);
      v128.store(column + <usize>p * LINE, a);
      v128.store(column + <usize>p * LINE, b, 16);
      from += op.gStride;
    }
    v128.store(op.biasSums + (n << 4), sum);
    store<u64>(op.masks + (n << 3), mask);
    column += COLUMN;
  }
}

/** `vectors` vectors of inputs of a block's panels, row after row. */
export function packRows(x: usize, stride: usize, rows: usize, vectors: i32, panels: i32): void {
  for (let p = 0; p < panels; p++) {
    let from = x;
    for (let at = rows; at < rows + (<usize>vectors << 4); at += 16) {
      evenSquare(from, at, ROW);
      evenSquare(from + 16, at + 4 * ROW, ROW);
      from += 4 * LINE;
    }
    x += stride;
    rows += 8 * ROW;
  }
}

/** Numbers of vectors, as types: the compiler merges two loops that differ by an argument into one that is slower. */
type Thirteen = u64;
type Twelve = u32;

/** Adds a block's active rows of unit n to its `sums`, 13 vectors or 12. */
export function addActive(op: SparseUpdate, n: i32, sums: usize, isFirst: bool, isWidest: bool): void {
  const mask = load<u64>(op.masks + (<usize>n << 3));
  const g = op.columns + <usize>n * COLUMN;
  if (isWidest) add<Thirteen>(mask, op.rows, g, sums, isFirst);
  else add<Twelve>(mask, op.rows, g, sums, isFirst);
}

/**
 * 13 sums, g, and a vector of x that becomes its product are the 15 registers that V8 leaves; 7 and 6 sums, in four
 * passes rather than two, took a sixth longer. Nested in another loop, V8 loads all of a row before the first product,
 * and more than 7 sums spill. 14 loads for 13 multiplications and additions: a core of two loads a cycle does little
 * else.
 */
// @ts-ignore: decorator
@inline function add<Width>(mask: u64, rows: usize, g: usize, sums: usize, isFirst: bool): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0;
  let a7 = a0, a8 = a0, a9 = a0, a10 = a0, a11 = a0, a12 = a0;
  if (!isFirst) {
    a0 = v128.load(sums);
    a1 = v128.load(sums, 16);
    a2 = v128.load(sums, 32);
    a3 = v128.load(sums, 48);
    a4 = v128.load(sums, 64);
    a5 = v128.load(sums, 80);
    a6 = v128.load(sums, 96);
    a7 = v128.load(sums, 112);
    a8 = v128.load(sums, 128);
    a9 = v128.load(sums, 144);
    a10 = v128.load(sums, 160);
    a11 = v128.load(sums, 176);
    if (sizeof<Width>() == sizeof<Thirteen>()) a12 = v128.load(sums, 192);
  }
  while (mask) {
    const row = <usize>ctz(mask);
    mask &= mask - 1;
    const x = rows + row * ROW;
    const s = v128.load_splat<f32>(g + (row << 2));
    a0 = f32x4.add(a0, f32x4.mul(s, v128.load(x)));
    a1 = f32x4.add(a1, f32x4.mul(s, v128.load(x, 16)));
    a2 = f32x4.add(a2, f32x4.mul(s, v128.load(x, 32)));
    a3 = f32x4.add(a3, f32x4.mul(s, v128.load(x, 48)));
    a4 = f32x4.add(a4, f32x4.mul(s, v128.load(x, 64)));
    a5 = f32x4.add(a5, f32x4.mul(s, v128.load(x, 80)));
    a6 = f32x4.add(a6, f32x4.mul(s, v128.load(x, 96)));
    a7 = f32x4.add(a7, f32x4.mul(s, v128.load(x, 112)));
    a8 = f32x4.add(a8, f32x4.mul(s, v128.load(x, 128)));
    a9 = f32x4.add(a9, f32x4.mul(s, v128.load(x, 144)));
    a10 = f32x4.add(a10, f32x4.mul(s, v128.load(x, 160)));
    a11 = f32x4.add(a11, f32x4.mul(s, v128.load(x, 176)));
    if (sizeof<Width>() == sizeof<Thirteen>()) a12 = f32x4.add(a12, f32x4.mul(s, v128.load(x, 192)));
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, a4, 64);
  v128.store(sums, a5, 80);
  v128.store(sums, a6, 96);
  v128.store(sums, a7, 112);
  v128.store(sums, a8, 128);
  v128.store(sums, a9, 144);
  v128.store(sums, a10, 160);
  v128.store(sums, a11, 176);
  if (sizeof<Width>() == sizeof<Thirteen>()) v128.store(sums, a12, 192);
}
