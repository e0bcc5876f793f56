// Standard normals by Box–Muller, in float32 arithmetic that is fixed operation by operation, so that every engine can
// repeat it bit for bit: no fused multiply-add, no platform logarithm or sine. Against float64 Box–Muller on the same
// uniforms the error stays below 1e-6. Uniforms have 23 bits: no normal lies beyond 5.77 standard deviations.
import type { Key } from "./key.ts";
import { philox } from "./philox.ts";

const f = Math.fround;

// sin(pi/2 t) / t for t in [0, 1], a polynomial in t² (minimax, relative error 5.3e-9 before rounding).
const S0 = f(1.5707963);
const S1 = f(-0.6459637);
const S2 = f(0.07968968);
const S3 = f(-0.0046737664);
const S4 = f(0.00015148513);

// (ln(1 + m) - m + m²/2) / m³ for 1 + m in [√½, √2), a polynomial in m (minimax, error 6e-9 before rounding).
const L0 = f(0.33333316);
const L1 = f(-0.25000796);
const L2 = f(0.20002282);
const L3 = f(-0.1662497);
const L4 = f(0.14181422);
const L5 = f(-0.13125293);
const L6 = f(0.12879188);
const L7 = f(-0.07865443);

// ln 2 in two parts: the first has 9 bits, so that its product with an exponent is exact.
const LN2_HIGH = 0.693359375;
const LN2_LOW = f(-0.00021219444);

/** sin(pi/2 t), t in [0, 1]. */
function quarterSine(t: number): number {
  const v = f(t * t);
  let p = f(f(S4 * v) + S3);
  p = f(f(p * v) + S2);
  p = f(f(p * v) + S1);
  p = f(f(p * v) + S0);
  return f(t * p);
}

/** (ln(1 + m) - m + m²/2) / m³. */
function logTail(m: number): number {
  let p = f(f(L7 * m) + L6);
  p = f(f(p * m) + L5);
  p = f(f(p * m) + L4);
  p = f(f(p * m) + L3);
  p = f(f(p * m) + L2);
  p = f(f(p * m) + L1);
  return f(f(p * m) + L0);
}

const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);
const SQRT_HALF_BITS = 0x3f3504f3;

/** ln u for u in (0, 1), float32 in and out. */
export function log(u: number): number {
  float[0] = u;
  const raw = bits[0];
  const exponent = (raw - SQRT_HALF_BITS) >> 23;
  bits[0] = raw - (exponent << 23); // the mantissa, in [√½, √2)
  const m = f(float[0] - 1);
  const square = f(m * m);
  const cubic = f(f(square * m) * logTail(m));
  const tail = f(cubic + f(exponent * LN2_LOW));
  const body = f(f(tail - f(0.5 * square)) + m);
  return f(body + f(exponent * LN2_HIGH));
}

/** 23 bits of a word as a number in the open interval (0, 1), exact in float32. */
function uniform23(word: number): number {
  return ((word >>> 9) + 0.5) * 2 ** -23;
}

/** Two independent normals from two words, into out[at] and out[at + 1]. Quadrant by the two top bits of the second. */
function boxMuller(out: Float32Array, at: number, word0: number, word1: number): void {
  const radius = f(Math.sqrt(f(-2 * log(uniform23(word0)))));
  const t = uniform23(word1 << 2);
  const z0 = f(radius * quarterSine(1 - t));
  const z1 = f(radius * quarterSine(t));
  out[at] = word1 & 0x80000000 ? -z0 : z0;
  if (at + 1 < out.length) out[at + 1] = word1 & 0x40000000 ? -z1 : z1;
}

const words = new Uint32Array(4);

/** Standard normals of row `row` at `step`, D columns from `first` on, a multiple of 4, into `out` [D]. */
export function normalsInto(out: Float32Array, key: Key, row = 0, step = 0, first = 0): void {
  for (let column = 0; column < out.length; column += 4) {
    philox(words, key, (first + column) / 4, row, step);
    boxMuller(out, column, words[0], words[1]);
    if (column + 2 < out.length) boxMuller(out, column + 2, words[2], words[3]);
  }
}

/** `count` standard normals of one row. */
export function normals(key: Key, count: number, row = 0): Float32Array {
  const out = new Float32Array(count);
  normalsInto(out, key, row);
  return out;
}
