// sin in float64, two at a time; constants and order of operations are those of src/data/sine.ts.

const PI_HIGH: f64 = 3.1415926218032837;
const PI_LOW: f64 = 3.178650954705639e-8;
const INVERSE_PI: f64 = 0.3183098861837907;

// @ts-ignore: decorator
@inline function horner(p: v128, v: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, v), f64x2.splat(c));
}

export function sine(a: v128): v128 {
  const halfTurns = f64x2.floor(f64x2.add(f64x2.mul(a, f64x2.splat(INVERSE_PI)), f64x2.splat(0.5)));
  const near = f64x2.sub(a, f64x2.mul(halfTurns, f64x2.splat(PI_HIGH)));
  const r = f64x2.sub(near, f64x2.mul(halfTurns, f64x2.splat(PI_LOW)));
  const v = f64x2.mul(r, r);
  let p = horner(f64x2.splat(-7.408092396864652e-13), v, 1.605097516582262e-10);
  p = horner(p, v, -2.505197300667896e-8);
  p = horner(p, v, 2.755731805682654e-6);
  p = horner(p, v, -0.0001984126983647592);
  p = horner(p, v, 0.008333333333325948);
  p = horner(p, v, -0.1666666666666665);
  p = f64x2.mul(p, v);
  const value = f64x2.add(r, f64x2.mul(r, p));
  const half = f64x2.mul(halfTurns, f64x2.splat(0.5));
  const odd = f64x2.ne(half, f64x2.floor(half));
  return v128.xor(value, v128.and(odd, i64x2.splat(0x8000000000000000)));
}
