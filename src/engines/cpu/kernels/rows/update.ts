import { Update } from "../instructions";
import { eights, LINE, stripBytes } from "../../../rows/kernels/layout";
import { adamConstant, adamOf, epsilonOf, Optimizer, rateOf, sgd, step } from "../optimizer";

/** The outer product of a few rows and the optimizer's step, in one pass over the weights and their moments. */
export function updateRows(op: Update, x: usize, weights: usize, B: i32, o: Optimizer): void {
  const S = eights(op.N);
  for (let s = 0; s < S; s++) {
    const at = <usize>s * LINE;
    const w = weights + op.w + <usize>s * stripBytes(op.D);
    if (B <= 4) updateStrip(op, x, op.g + at, w, B, o);
    else moreRows(op, x, op.g + at, w, B, o);
    if (op.trained) updateBias(op, op.g + at, weights + op.bias + at, op.trained + at, B, o);
  }
}

/** Each number of rows is a loop of its own, with their gradients of 8 outputs in registers. */
function updateStrip(op: Update, x: usize, g: usize, w: usize, B: i32, o: Optimizer): void {
  switch (B) {
    case 1:
      fewRows(1, op, x, g, w, o);
      break;
    case 2:
      fewRows(2, op, x, g, w, o);
      break;
    case 3:
      fewRows(3, op, x, g, w, o);
      break;
    default:
      fewRows(4, op, x, g, w, o);
  }
}

// @ts-ignore: decorator
@inline function fewRows(ROWS: i32, op: Update, x: usize, g: usize, w: usize, o: Optimizer): void {
  const xStride = op.xStride;
  const gStride = op.gStride;
  const a0 = v128.load(g), b0 = v128.load(g, 16);
  let a1 = a0, b1 = b0, a2 = a0, b2 = b0, a3 = a0, b3 = b0;
  if (ROWS > 1) {
    a1 = v128.load(g + gStride);
    b1 = v128.load(g + gStride, 16);
  }
  if (ROWS > 2) {
    a2 = v128.load(g + 2 * gStride);
    b2 = v128.load(g + 2 * gStride, 16);
  }
  if (ROWS > 3) {
    a3 = v128.load(g + 3 * gStride);
    b3 = v128.load(g + 3 * gStride, 16);
  }
  const rate = rateOf(o);
  const end = x + (<usize>op.D << 2);
  if (o.kind) {
    const keep1 = adamConstant(0), take1 = adamConstant(1), keep2 = adamConstant(2), take2 = adamConstant(3);
    const tiny = adamConstant(4);
    const epsilon = epsilonOf(o);
    let at1 = w + o.moments;
    let at2 = at1 + o.moments;
    do {
      const a = gradientOf(ROWS, x, xStride, a0, a1, a2, a3);
      const b = gradientOf(ROWS, x, xStride, b0, b1, b2, b3);
      adamOf(w, at1, at2, a, keep1, take1, keep2, take2, tiny, rate, epsilon);
      adamOf(w + 16, at1 + 16, at2 + 16, b, keep1, take1, keep2, take2, tiny, rate, epsilon);
      w += LINE;
      at1 += LINE;
      at2 += LINE;
      x += 4;
    } while (x < end);
  } else {
    do {
      sgd(w, gradientOf(ROWS, x, xStride, a0, a1, a2, a3), rate);
      sgd(w + 16, gradientOf(ROWS, x, xStride, b0, b1, b2, b3), rate);
      w += LINE;
      x += 4;
    } while (x < end);
  }
}

// @ts-ignore: decorator
@inline function gradientOf(ROWS: i32, x: usize, xStride: usize, g0: v128, g1: v128, g2: v128, g3: v128): v128 {
  let sum = f32x4.add(f32x4.splat(0), f32x4.mul(v128.load_splat<f32>(x), g0));
  if (ROWS > 1) sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(x + xStride), g1));
  if (ROWS > 2) sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(x + 2 * xStride), g2));
  if (ROWS > 3) sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(x + 3 * xStride), g3));
  return sum;
}

/** Any number of rows, 4 inputs x 8 outputs at a time, as in ../update.ts. */
function moreRows(op: Update, x: usize, g: usize, w: usize, B: i32, o: Optimizer): void {
  const xStride = op.xStride;
  const gStride = op.gStride;
  const rows = <usize>B * xStride;
  const end = x + (<usize>op.D << 2);
  for (; x < end; x += 16) {
    let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
    let row = g;
    const last = x + rows;
    for (let from = x; from < last; from += xStride) {
      const ga = v128.load(row);
      const gb = v128.load(row, 16);
      const x0 = v128.load_splat<f32>(from);
      a0 = f32x4.add(a0, f32x4.mul(ga, x0));
      b0 = f32x4.add(b0, f32x4.mul(gb, x0));
      const x1 = v128.load_splat<f32>(from, 4);
      a1 = f32x4.add(a1, f32x4.mul(ga, x1));
      b1 = f32x4.add(b1, f32x4.mul(gb, x1));
      const x2 = v128.load_splat<f32>(from, 8);
      a2 = f32x4.add(a2, f32x4.mul(ga, x2));
      b2 = f32x4.add(b2, f32x4.mul(gb, x2));
      const x3 = v128.load_splat<f32>(from, 12);
      a3 = f32x4.add(a3, f32x4.mul(ga, x3));
      b3 = f32x4.add(b3, f32x4.mul(gb, x3));
      row += gStride;
    }
    step(o, w, a0, b0);
    step(o, w + 32, a1, b1);
    step(o, w + 64, a2, b2);
    step(o, w + 96, a3, b3);
    w += 4 * LINE;
  }
}

/** A bias's gradient: the sums of 8 columns of g, every fourth row in one, as in ../update.ts. */
function updateBias(op: Update, g: usize, bias: usize, trained: usize, B: i32, o: Optimizer): void {
  const stride = op.gStride;
  const a = f32x4.mul(columnSums(g, stride, B), v128.load(trained));
  step(o, bias, a, f32x4.mul(columnSums(g + 16, stride, B), v128.load(trained, 16)));
}

function columnSums(g: usize, stride: usize, B: i32): v128 {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let b = 0; b < B; b += 4) {
    a0 = f32x4.add(a0, v128.load(g));
    if (b + 1 < B) a1 = f32x4.add(a1, v128.load(g + stride));
    if (b + 2 < B) a2 = f32x4.add(a2, v128.load(g + 2 * stride));
    if (b + 3 < B) a3 = f32x4.add(a3, v128.load(g + 3 * stride));
    g += 4 * stride;
  }
  return f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
}
