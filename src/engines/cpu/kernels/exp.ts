const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts: the first has so few bits that its product with an exponent is exact. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;
/** 1.5 * 2^23: adding it rounds to a whole number, which then stands in the low bits. */
const ROUNDER: f32 = 12582912;
/** exp(-60) is 1e-26: no weight of a softmax, nor a product with one, is subnormal. */
const LEAST: f32 = -60;

/** exp of four numbers of at most 0, each below -60 taken as -60; relative error below 2e-7; NaN stays NaN. */
export function expOfNegative(argument: v128): v128 {
  const x = f32x4.pmax(argument, f32x4.splat(LEAST));
  const rounded = f32x4.add(f32x4.mul(x, f32x4.splat(LOG2_E)), f32x4.splat(ROUNDER));
  const n = f32x4.sub(rounded, f32x4.splat(ROUNDER));
  const r = f32x4.sub(f32x4.sub(x, f32x4.mul(n, f32x4.splat(LN2_HIGH))), f32x4.mul(n, f32x4.splat(LN2_LOW)));
  // (exp(r) - 1 - r) / r², Cephes' polynomial
  let p = f32x4.add(f32x4.mul(f32x4.splat(1.9875691500e-4), r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  const value = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  return i32x4.add(value, i32x4.shl(rounded, 23));
}
