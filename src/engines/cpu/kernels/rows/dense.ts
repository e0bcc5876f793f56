import { Dense } from "../instructions";
import { eights, LINE, stripBytes } from "../../../rows/kernels/layout";
import { storeEight } from "./columns";

/**
 * The forward product of a few rows, with bias and ReLU in its epilogue: 8 sums in registers, of 2 rows x 2 strips, or 1
 * row x 4 strips. 4 rows x 1 strip took a fifteenth longer. The strips are the outer loop: two stay in the first-level
 * cache.
 */
export function denseRows(op: Dense, x: usize, weights: usize, B: i32): void {
  const S = eights(op.N);
  const pairs = B & ~1;
  for (let s = 0; s < S; s += 2) {
    if (s + 1 < S) for (let b = 0; b < pairs; b += 2) twoRows(2, op, x, weights, b, s);
    else for (let b = 0; b < pairs; b += 2) twoRows(1, op, x, weights, b, s);
  }
  if (pairs < B) lastRow(op, x, weights, pairs, S);
}

function lastRow(op: Dense, x: usize, weights: usize, b: i32, S: i32): void {
  for (let s = 0; s < S; s += 4) {
    switch (S - s) {
      case 1:
        oneRow(1, op, x, weights, b, s);
        break;
      case 2:
        oneRow(2, op, x, weights, b, s);
        break;
      case 3:
        oneRow(3, op, x, weights, b, s);
        break;
      default:
        oneRow(4, op, x, weights, b, s);
    }
  }
}

/** 2 rows x STRIPS of at most 2; each tile is a loop of its own, with a constant number of sums. */
// @ts-ignore: decorator
@inline function twoRows(STRIPS: i32, op: Dense, x: usize, weights: usize, b: i32, s: i32): void {
  const strip = stripBytes(op.D);
  let w = weights + op.w + <usize>s * strip;
  const bias = weights + op.bias + <usize>s * LINE;
  const xStride = op.xStride;
  let x0 = x + <usize>b * xStride;
  let a0 = v128.load(bias), b0 = v128.load(bias, 16), c0 = a0, d0 = b0;
  let a1 = a0, b1 = b0, c1 = c0, d1 = d0;
  if (STRIPS > 1) {
    a1 = v128.load(bias, 32);
    b1 = v128.load(bias, 48);
    c1 = a1;
    d1 = b1;
  }
  const end = x0 + (<usize>op.D << 2);
  do {
    const s0 = v128.load_splat<f32>(x0);
    const s1 = v128.load_splat<f32>(x0 + xStride);
    const wa = v128.load(w);
    a0 = f32x4.add(a0, f32x4.mul(s0, wa));
    c0 = f32x4.add(c0, f32x4.mul(s1, wa));
    const wb = v128.load(w, 16);
    b0 = f32x4.add(b0, f32x4.mul(s0, wb));
    d0 = f32x4.add(d0, f32x4.mul(s1, wb));
    if (STRIPS > 1) {
      const wc = v128.load(w + strip);
      a1 = f32x4.add(a1, f32x4.mul(s0, wc));
      c1 = f32x4.add(c1, f32x4.mul(s1, wc));
      const wd = v128.load(w + strip, 16);
      b1 = f32x4.add(b1, f32x4.mul(s0, wd));
      d1 = f32x4.add(d1, f32x4.mul(s1, wd));
    }
    x0 += 4;
    w += LINE;
  } while (x0 < end);
  units(op, b, s, a0, b0);
  units(op, b + 1, s, c0, d0);
  if (STRIPS > 1) {
    units(op, b, s + 1, a1, b1);
    units(op, b + 1, s + 1, c1, d1);
  }
}

/** 1 row x STRIPS of at most 4. */
// @ts-ignore: decorator
@inline function oneRow(STRIPS: i32, op: Dense, x: usize, weights: usize, b: i32, s: i32): void {
  const strip = stripBytes(op.D);
  let w0 = weights + op.w + <usize>s * strip;
  let w1 = w0 + strip;
  let w2 = w1 + strip;
  let w3 = w2 + strip;
  const bias = weights + op.bias + <usize>s * LINE;
  x += <usize>b * op.xStride;
  let a0 = v128.load(bias), b0 = v128.load(bias, 16);
  let a1 = a0, b1 = a0, a2 = a0, b2 = a0, a3 = a0, b3 = a0;
  if (STRIPS > 1) {
    a1 = v128.load(bias, 32);
    b1 = v128.load(bias, 48);
  }
  if (STRIPS > 2) {
    a2 = v128.load(bias, 64);
    b2 = v128.load(bias, 80);
  }
  if (STRIPS > 3) {
    a3 = v128.load(bias, 96);
    b3 = v128.load(bias, 112);
  }
  const end = x + (<usize>op.D << 2);
  do {
    const input = v128.load_splat<f32>(x);
    a0 = f32x4.add(a0, f32x4.mul(input, v128.load(w0)));
    b0 = f32x4.add(b0, f32x4.mul(input, v128.load(w0, 16)));
    w0 += LINE;
    if (STRIPS > 1) {
      a1 = f32x4.add(a1, f32x4.mul(input, v128.load(w1)));
      b1 = f32x4.add(b1, f32x4.mul(input, v128.load(w1, 16)));
      w1 += LINE;
    }
    if (STRIPS > 2) {
      a2 = f32x4.add(a2, f32x4.mul(input, v128.load(w2)));
      b2 = f32x4.add(b2, f32x4.mul(input, v128.load(w2, 16)));
      w2 += LINE;
    }
    if (STRIPS > 3) {
      a3 = f32x4.add(a3, f32x4.mul(input, v128.load(w3)));
      b3 = f32x4.add(b3, f32x4.mul(input, v128.load(w3, 16)));
      w3 += LINE;
    }
    x += 4;
  } while (x < end);
  units(op, b, s, a0, b0);
  if (STRIPS > 1) units(op, b, s + 1, a1, b1);
  if (STRIPS > 2) units(op, b, s + 2, a2, b2);
  if (STRIPS > 3) units(op, b, s + 3, a3, b3);
}

/** A row's units of strip s. pmax keeps a NaN in its first operand: a diverged run shows in its loss. */
function units(op: Dense, b: i32, s: i32, a: v128, c: v128): void {
  const at = <usize>s * LINE;
  const first = f32x4.pmax(a, v128.load(op.floor + at));
  const second = f32x4.pmax(c, v128.load(op.floor + at, 16));
  storeEight(op.out + <usize>b * op.outStride + at, first, second, op.N - 8 * s);
}
