// Philox 4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011.
import type { Key } from "./key.ts";

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The high 32 bits of the 64-bit product of two unsigned 32-bit integers. */
export function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const carry = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return (Math.imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) >>> 0;
}

/**
 * Four 32-bit words, a pure function of key and counter, into `out` [4].
 * Ours: word 0 of the counter is the block of four columns, word 1 the row, word 2 the step, word 3 nothing yet.
 */
export function philox(out: Uint32Array, key: Key, block: number, row: number, step: number, spare = 0): void {
  let c0 = block >>> 0;
  let c1 = row >>> 0;
  let c2 = step >>> 0;
  let c3 = spare >>> 0;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(MULTIPLIER_0, c0);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high1 = mulHigh(MULTIPLIER_1, c2);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Words of row `row` at `step`, columns from `first` on, a multiple of 4, into `out`. */
export function wordsInto(out: Uint32Array, key: Key, row = 0, step = 0, first = 0): void {
  const four = new Uint32Array(4);
  for (let column = 0; column < out.length; column += 4) {
    philox(four, key, (first + column) / 4, row, step);
    for (let lane = 0; lane < 4 && column + lane < out.length; lane++) out[column + lane] = four[lane];
  }
}

/** `count` uniform float64 numbers from the open interval (0, 1). */
export function uniforms(key: Key, count: number): Float64Array {
  const words = new Uint32Array(count);
  wordsInto(words, key);
  return new Float64Array(words).map((word) => (word + 0.5) * 2 ** -32);
}
