import { addActive, BLOCK, findActive, packRows, ROW, WIDEST } from "./active-rows";
import { SparseUpdate } from "./instructions";
import { eights, LINE, stripBytes } from "../../rows/kernels/layout";
import { Optimizer, step } from "./optimizer";
import { square } from "../../rows/kernels/transpose";

/**
 * The same as update.ts, for ReLU units over many inputs. A unit's gradient is 0 in every row where it was shut, which
 * is half of them or more: only the others are added. The sums keep their bits, since rows are added in the same order
 * from +0, and a product with 0 would change none of them.
 */
export function sparseUpdate(op: SparseUpdate, x: usize, weights: usize, P: i32, o: Optimizer): void {
  for (let p = 0; p < P; p += BLOCK) {
    const panels = min(BLOCK, P - p);
    findActive(op, op.g + <usize>p * op.gStride, panels, p == 0);
    addBlock(op, x + <usize>p * op.xStride, panels, p == 0, p + BLOCK >= P, weights + op.w, o);
  }
  if (op.trained) updateBiases(op, weights + op.bias, o);
}

/**
 * Adds a block of rows to all sums, 13 or 12 vectors of inputs at a time; with the last one the weights take their
 * step.
 */
function addBlock(
  op: SparseUpdate, x: usize, panels: i32, isFirst: bool, isLast: bool, w: usize, o: Optimizer,
): void {
  let sums = op.sums;
  let left = (op.D + 3) >> 2;
  for (let passes = (left + WIDEST - 1) / WIDEST; passes > 0; passes--) {
    const isWidest = left > (WIDEST - 1) * passes;
    const width = isWidest ? WIDEST : WIDEST - 1;
    const vectors = min(width, left);
    packRows(x, op.xStride, op.rows, vectors, panels);
    addUnits(op, sums, isFirst, isWidest, isLast ? vectors : 0, w, o);
    x += <usize>width * 4 * LINE;
    w += <usize>width * 4 * LINE;
    sums += <usize>(eights(op.N) << 3) * ROW;
    left -= width;
  }
}

/**
 * Adds a block's rows to the sums of every unit. After each unit, some weights of the strip before it take their step
 * (`updated` vectors of inputs): the optimizer's roots and quotients overlap with the next unit's products.
 */
function addUnits(
  op: SparseUpdate, sums: usize, isFirst: bool, isWidest: bool, updated: i32, w: usize, o: Optimizer,
): void {
  const end = (eights(op.N) + 1) << 3;
  for (let n = 0; n < end; n++) {
    if (n < op.N) addActive(op, n, sums + <usize>n * ROW, isFirst, isWidest);
    if (n < 8) continue;
    const strip = <usize>(n >> 3) - 1;
    for (let v = n & 7; v < updated; v += 8)
      fourInputs(sums + 8 * strip * ROW + (<usize>v << 4), w + strip * stripBytes(op.D) + <usize>v * 4 * LINE, o);
  }
}

/** The step of 4 inputs x 8 units, whose sums are stored unit after unit. */
function fourInputs(sums: usize, w: usize, o: Optimizer): void {
  const others = sums + 4 * ROW;
  square(sums, sums + ROW, sums + 2 * ROW, sums + 3 * ROW, sums, ROW);
  square(others, others + ROW, others + 2 * ROW, others + 3 * ROW, others, ROW);
  step(o, w, v128.load(sums), v128.load(others));
  step(o, w + 32, v128.load(sums, ROW), v128.load(others, ROW));
  step(o, w + 64, v128.load(sums, 2 * ROW), v128.load(others, 2 * ROW));
  step(o, w + 96, v128.load(sums, 3 * ROW), v128.load(others, 3 * ROW));
}

function updateBiases(op: SparseUpdate, bias: usize, o: Optimizer): void {
  for (let n: usize = 0; n < <usize>op.N; n += 8) {
    const sums = op.biasSums + (n << 4);
    const trained = op.trained + (n << 2);
    const a = f32x4.mul(totals(sums), v128.load(trained));
    step(o, bias + (n << 2), a, f32x4.mul(totals(sums + 64), v128.load(trained, 16)));
  }
}

/** The sums over all rows of four units, each a vector of sums over every fourth row; in the order of update.ts. */
function totals(sums: usize): v128 {
  square(sums, sums + 16, sums + 32, sums + 48, sums, 16);
  const a = f32x4.add(v128.load(sums), v128.load(sums, 16));
  return f32x4.add(a, f32x4.add(v128.load(sums, 32), v128.load(sums, 48)));
}
