import { Dense } from "./instructions";
import { LINE, stripBytes } from "../../rows/kernels/layout";

/** The forward product with bias and ReLU in its epilogue, P panels of rows. */
export function dense(op: Dense, x: usize, weights: usize, P: i32): void {
  const whole = op.N & ~3;
  for (let n = 0; n < whole; n += 4) fourColumns(op, x, weights, n, P);
  for (let n = whole; n < op.N; n++) oneColumn(op, x, weights, n, P);
}

/**
 * 8 rows x 4 columns: 8 sums, 2 vectors of x, a weight and a product are 12 of the 15 registers that V8 leaves, and 6
 * loads feed 16 multiplications and additions. 8 sums also cover the latency of an addition. 8 rows x 6 columns spilled.
 * The panels are the inner loop: the 4 columns of weights stay in the first-level cache.
 */
function fourColumns(op: Dense, x: usize, weights: usize, n: i32, P: i32): void {
  const w = weights + op.w + <usize>(n >> 3) * stripBytes(op.D) + (<usize>n & 7) * 4;
  const bias = weights + op.bias + <usize>n * 4;
  const floor = op.floor + <usize>n * 4;
  const xStride = op.xStride;
  const outStride = op.outStride;
  const length = <usize>op.D * LINE;
  let out = op.out + <usize>n * LINE;
  for (let p = 0; p < P; p++) {
    let a0 = v128.load_splat<f32>(bias), b0 = a0;
    let a1 = v128.load_splat<f32>(bias, 4), b1 = a1;
    let a2 = v128.load_splat<f32>(bias, 8), b2 = a2;
    let a3 = v128.load_splat<f32>(bias, 12), b3 = a3;
    let d = x;
    let s = w;
    const end = x + length;
    do {
      const xa = v128.load(d);
      const xb = v128.load(d, 16);
      const w0 = v128.load_splat<f32>(s);
      a0 = f32x4.add(a0, f32x4.mul(xa, w0));
      b0 = f32x4.add(b0, f32x4.mul(xb, w0));
      const w1 = v128.load_splat<f32>(s, 4);
      a1 = f32x4.add(a1, f32x4.mul(xa, w1));
      b1 = f32x4.add(b1, f32x4.mul(xb, w1));
      const w2 = v128.load_splat<f32>(s, 8);
      a2 = f32x4.add(a2, f32x4.mul(xa, w2));
      b2 = f32x4.add(b2, f32x4.mul(xb, w2));
      const w3 = v128.load_splat<f32>(s, 12);
      a3 = f32x4.add(a3, f32x4.mul(xa, w3));
      b3 = f32x4.add(b3, f32x4.mul(xb, w3));
      d += LINE;
      s += LINE;
    } while (d < end);
    column(out, a0, b0, floor);
    column(out + 32, a1, b1, floor + 4);
    column(out + 64, a2, b2, floor + 8);
    column(out + 96, a3, b3, floor + 12);
    x += xStride;
    out += outStride;
  }
}

/** 8 rows x 1 column, for the last N % 4. */
function oneColumn(op: Dense, x: usize, weights: usize, n: i32, P: i32): void {
  const w = weights + op.w + <usize>(n >> 3) * stripBytes(op.D) + (<usize>n & 7) * 4;
  const bias = weights + op.bias + <usize>n * 4;
  let out = op.out + <usize>n * LINE;
  for (let p = 0; p < P; p++) {
    let a = v128.load_splat<f32>(bias), b = a;
    for (let d = 0; d < op.D; d++) {
      const s = v128.load_splat<f32>(w + <usize>d * LINE);
      a = f32x4.add(a, f32x4.mul(v128.load(x + <usize>d * LINE), s));
      b = f32x4.add(b, f32x4.mul(v128.load(x + <usize>d * LINE, 16), s));
    }
    column(out, a, b, op.floor + <usize>n * 4);
    x += op.xStride;
    out += op.outStride;
  }
}

/** pmax keeps a NaN in its first operand: a diverged run shows in its loss. */
// @ts-ignore: decorator
@inline function column(out: usize, a: v128, b: v128, floor: usize): void {
  const least = v128.load_splat<f32>(floor);
  v128.store(out, f32x4.pmax(a, least));
  v128.store(out, f32x4.pmax(b, least), 16);
}
