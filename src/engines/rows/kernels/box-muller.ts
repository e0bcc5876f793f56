// Two normals a lane from two words a lane; constants and order of operations are those of src/random/normal.ts.
import { LINE } from "./layout";

/** Loaded where they are used: V8 would rebuild a constant vector at each use, in three instructions. */
const C = memory.data<f32>([
  0.00015148513, -0.0046737664, 0.07968968, -0.6459637, 1.5707963,
  -0.07865443, 0.12879188, -0.13125293, 0.14181422, -0.1662497, 0.20002282, -0.25000796, 0.33333316,
  -0.00021219444, 0.693359375, 0.5, 1.1920928955078125e-7, 1, -2,
], 16);
const SINE: usize = 0;
const LOG: usize = 5;
const LN2_LOW: usize = 13;
const LN2_HIGH: usize = 14;
const HALF: usize = 15;
const UNIFORM: usize = 16;
const ONE: usize = 17;
const MINUS_TWO: usize = 18;

const SQRT_HALF_BITS = memory.data<i32>([0x3f3504f3]);
const SIGN = memory.data<u32>([0x80000000]);

// @ts-ignore: decorator
@inline function constant(i: usize): v128 {
  return v128.load_splat<f32>(C + 4 * i);
}

/** Four lanes of words at `at` and a line further on to as many normals, in place. */
export function boxMuller(at: usize): void {
  const word1 = v128.load(at + LINE);
  const radius = f32x4.sqrt(f32x4.mul(constant(MINUS_TWO), log(uniform23(v128.load(at)))));
  const t = uniform23(i32x4.shl(word1, 2));
  const sign = v128.load_splat<u32>(SIGN);
  const z0 = f32x4.mul(radius, quarterSine(f32x4.sub(constant(ONE), t)));
  v128.store(at, v128.xor(z0, v128.and(word1, sign)));
  const z1 = f32x4.mul(radius, quarterSine(t));
  v128.store(at + LINE, v128.xor(z1, v128.and(i32x4.shl(word1, 1), sign)));
}

/** 23 bits of a word as a number in (0, 1). */
// @ts-ignore: decorator
@inline function uniform23(word: v128): v128 {
  const whole = f32x4.convert_i32x4_s(i32x4.shr_u(word, 9));
  return f32x4.mul(f32x4.add(whole, constant(HALF)), constant(UNIFORM));
}

/** p x + C[i]. */
// @ts-ignore: decorator
@inline function horner(p: v128, x: v128, i: usize): v128 {
  return f32x4.add(f32x4.mul(p, x), constant(i));
}

/** sin(pi/2 t), t in [0, 1]. */
// @ts-ignore: decorator
@inline function quarterSine(t: v128): v128 {
  const v = f32x4.mul(t, t);
  let p = horner(constant(SINE), v, SINE + 1);
  p = horner(p, v, SINE + 2);
  p = horner(p, v, SINE + 3);
  p = horner(p, v, SINE + 4);
  return f32x4.mul(t, p);
}

/** ln u, u in (0, 1). */
// @ts-ignore: decorator
@inline function log(u: v128): v128 {
  const exponent = i32x4.shr_s(i32x4.sub(u, v128.load_splat<i32>(SQRT_HALF_BITS)), 23);
  const m = f32x4.sub(i32x4.sub(u, i32x4.shl(exponent, 23)), constant(ONE));
  const e = f32x4.convert_i32x4_s(exponent);
  let p = horner(constant(LOG), m, LOG + 1);
  p = horner(p, m, LOG + 2);
  p = horner(p, m, LOG + 3);
  p = horner(p, m, LOG + 4);
  p = horner(p, m, LOG + 5);
  p = horner(p, m, LOG + 6);
  p = horner(p, m, LOG + 7);
  const square = f32x4.mul(m, m);
  const cubic = f32x4.mul(f32x4.mul(square, m), p);
  const tail = f32x4.add(cubic, f32x4.mul(e, constant(LN2_LOW)));
  const body = f32x4.add(f32x4.sub(tail, f32x4.mul(constant(HALF), square)), m);
  return f32x4.add(body, f32x4.mul(e, constant(LN2_HIGH)));
}
