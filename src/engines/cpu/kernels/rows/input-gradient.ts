import { InputGradient } from "../instructions";
import { LINE, stripBytes } from "../../../rows/kernels/layout";
import { evenSquare } from "../../../rows/kernels/transpose";
import { storeFour } from "./columns";

/** Four outputs' weights of four inputs. */
const SQUARE = memory.data(64, 16);

/** The product with the transposed weights: a lane is an input, so squares of 4 inputs x 4 outputs are transposed. */
export function inputGradientRows(op: InputGradient, weights: usize, B: i32): void {
  const fours = B & ~3;
  for (let d = 0; d < op.D; d += 4) {
    for (let b = 0; b < fours; b += 4) fourRows(op, weights, b, d);
    for (let b = fours; b < B; b++) oneRow(op, weights, b, d);
  }
}

function fourRows(op: InputGradient, weights: usize, b: i32, d: i32): void {
  const N = op.N;
  const stride = op.gStride;
  let g = op.g + <usize>b * stride;
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  for (let n = 0; n < N; n += 4) {
    loadSquare(op, weights, n, d);
    const end = SQUARE + <usize>(min(4, N - n) << 4);
    for (let s = SQUARE; s < end; s += 16) {
      const w = v128.load(s);
      a0 = f32x4.add(a0, f32x4.mul(v128.load_splat<f32>(g), w));
      a1 = f32x4.add(a1, f32x4.mul(v128.load_splat<f32>(g + stride), w));
      a2 = f32x4.add(a2, f32x4.mul(v128.load_splat<f32>(g + 2 * stride), w));
      a3 = f32x4.add(a3, f32x4.mul(v128.load_splat<f32>(g + 3 * stride), w));
      g += 4;
    }
  }
  inputs(op, b, d, a0);
  inputs(op, b + 1, d, a1);
  inputs(op, b + 2, d, a2);
  inputs(op, b + 3, d, a3);
}

function oneRow(op: InputGradient, weights: usize, b: i32, d: i32): void {
  let g = op.g + <usize>b * op.gStride;
  let a = f32x4.splat(0);
  for (let n = 0; n < op.N; n += 4) {
    loadSquare(op, weights, n, d);
    const end = SQUARE + <usize>(min(4, op.N - n) << 4);
    for (let s = SQUARE; s < end; s += 16) {
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(g), v128.load(s)));
      g += 4;
    }
  }
  inputs(op, b, d, a);
}

// @ts-ignore: decorator
@inline function loadSquare(op: InputGradient, weights: usize, n: i32, d: i32): void {
  const strip = weights + op.w + <usize>(n >> 3) * stripBytes(op.D);
  evenSquare(strip + <usize>d * LINE + (<usize>(n & 4) << 2), SQUARE, 16);
}

function inputs(op: InputGradient, b: i32, d: i32, sum: v128): void {
  const at = <usize>d << 2;
  if (op.mask) {
    const mask = v128.load(op.mask + <usize>b * op.maskStride + at);
    sum = v128.and(sum, f32x4.gt(mask, f32x4.splat(0)));
  }
  storeFour(op.dx + <usize>b * op.dxStride + at, sum, op.D - d);
}
