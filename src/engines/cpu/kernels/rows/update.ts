import { Update } from "../instructions";
import { eights, LINE, stripBytes } from "../../../rows/kernels/layout";
import { Optimizer, step } from "../optimizer";

/** The outer product of a few rows and the optimizer's step, in one pass over the weights and their moments. */
export function updateRows(op: Update, x: usize, weights: usize, B: i32, o: Optimizer): void {
  const S = eights(op.N);
  for (let s = 0; s < S; s++) {
    const w = weights + op.w + <usize>s * stripBytes(op.D);
    const g = op.g + <usize>s * LINE;
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
      case 4:
        fewRows(4, op, x, g, w, o);
        break;
      default:
        moreRows(op, x, g, w, B, o);
    }
    if (op.trained) updateBias(op, g, weights + op.bias + <usize>s * LINE, op.trained + <usize>s * LINE, B, o);
  }
}

/** ROWS of at most 4, their gradients of 8 outputs in registers: each is a loop of its own. */
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
  const end = x + (<usize>op.D << 2);
  for (; x < end; x += 4) {
    let input = v128.load_splat<f32>(x);
    let a = f32x4.add(f32x4.splat(0), f32x4.mul(input, a0));
    let b = f32x4.add(f32x4.splat(0), f32x4.mul(input, b0));
    if (ROWS > 1) {
      input = v128.load_splat<f32>(x + xStride);
      a = f32x4.add(a, f32x4.mul(input, a1));
      b = f32x4.add(b, f32x4.mul(input, b1));
    }
    if (ROWS > 2) {
      input = v128.load_splat<f32>(x + 2 * xStride);
      a = f32x4.add(a, f32x4.mul(input, a2));
      b = f32x4.add(b, f32x4.mul(input, b2));
    }
    if (ROWS > 3) {
      input = v128.load_splat<f32>(x + 3 * xStride);
      a = f32x4.add(a, f32x4.mul(input, a3));
      b = f32x4.add(b, f32x4.mul(input, b3));
    }
    step(o, w, a, b);
    w += LINE;
  }
}

function moreRows(op: Update, x: usize, g: usize, w: usize, B: i32, o: Optimizer): void {
  const xStride = op.xStride;
  const gStride = op.gStride;
  const end = x + (<usize>op.D << 2);
  for (; x < end; x += 4) {
    let a = f32x4.splat(0), b = a;
    let from = x;
    const endOfRows = x + <usize>B * xStride;
    for (let row = g; from < endOfRows; row += gStride) {
      const input = v128.load_splat<f32>(from);
      a = f32x4.add(a, f32x4.mul(input, v128.load(row)));
      b = f32x4.add(b, f32x4.mul(input, v128.load(row, 16)));
      from += xStride;
    }
    step(o, w, a, b);
    w += LINE;
  }
}

/** A bias's gradient: the sums of 8 columns of g, every fourth row in one, as in ../update.ts. */
function updateBias(op: Update, g: usize, bias: usize, trained: usize, B: i32, o: Optimizer): void {
  const stride = op.gStride;
  step(
    o, bias, f32x4.mul(columnSums(g, stride, B), v128.load(trained)),
    f32x4.mul(columnSums(g + 16, stride, B), v128.load(trained, 16)),
  );
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
