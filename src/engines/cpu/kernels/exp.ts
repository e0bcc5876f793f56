/** Loaded where they are used: V8 would rebuild a constant vector at each use, in three instructions. */
const C = memory.data<f32>([
  -60, 1.4426950408889634, 12582912, 0.693359375, -2.1219444e-4, 1,
  1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
], 16);
/** exp(-60) is 1e-26: no weight of a softmax, nor a product with one, is subnormal. */
const LEAST: usize = 0;
const LOG2_E: usize = 1;
/** 1.5 * 2^23: adding it rounds to a whole number, which is then in the low bits. */
const ROUNDER: usize = 2;
/** ln 2 in two parts: the first has so few bits that its product with an exponent is exact. */
const LN2_HIGH: usize = 3;
const LN2_LOW: usize = 4;
const ONE: usize = 5;
/** (exp(r) - 1 - r) / r², Cephes' polynomial. */
const TAIL: usize = 6;

// @ts-ignore: decorator
@inline function constant(i: usize): v128 {
  return v128.load_splat<f32>(C + 4 * i);
}

/** p x + C[i]. */
// @ts-ignore: decorator
@inline function horner(p: v128, x: v128, i: usize): v128 {
  return f32x4.add(f32x4.mul(p, x), constant(i));
}

/** exp of four numbers of at most 0, each below -60 taken as -60; relative error below 2e-7; NaN stays NaN. */
// @ts-ignore: decorator
@inline export function expOfNegative(argument: v128): v128 {
  const x = f32x4.pmax(argument, constant(LEAST));
  const rounded = f32x4.add(f32x4.mul(x, constant(LOG2_E)), constant(ROUNDER));
  const n = f32x4.sub(rounded, constant(ROUNDER));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, constant(LN2_HIGH))), f32x4.mul(n, constant(LN2_LOW)));
  let p = horner(constant(TAIL), r, TAIL + 1);
  p = horner(p, r, TAIL + 2);
  p = horner(p, r, TAIL + 3);
  p = horner(p, r, TAIL + 4);
  p = horner(p, r, TAIL + 5);
  const value = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), constant(ONE));
  return i32x4.add(value, i32x4.shl(rounded, 23));
}
