import { describe, expect, test } from "vitest";
import { instruction } from "../../../src/engines/cpu/instructions.ts";
import { layoutOf } from "../../../src/engines/cpu/kernel-sets.ts";
import type { KernelInstance } from "../../../src/engines/cpu/kernels.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { KERNELS } from "./lone-run.ts";

/** The weights [R, E] of a softmax gate for R rows of logits, of one panel at most. */
function softmax(memory: KernelInstance, logits: readonly number[][]): number[][] {
  const E = logits[0]?.length;
  const { panelRows } = layoutOf(memory.set, 256);
  const arena = new Arena();
  const gate = arena.take(4 * panelRows * E);
  const words = instruction("softmax", { gate, gateStride: 0, E });
  const code = arena.put(Int32Array.from(words));
  memory.reserve(arena.bytes);
  arena.writeTo(memory.memory);
  const values = memory.float32(gate, panelRows * E);
  for (const [b, row] of logits.entries()) for (const [e, logit] of row.entries()) values[panelRows * e + b] = logit;
  memory.kernels.execute(code, code + 4 * words.length, 0, 0, 1, 0, panelRows);
  return logits.map((row, b) => row.map((_, e) => values[panelRows * e + b]));
}

const { fround } = Math;
const POLYNOMIAL = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1];

/** `expf` of the Cephes library (S. Moshier) for -60 <= x <= 0, in float32 with this a b + c. */
function cephes(x: number, madd: (a: number, b: number, c: number) => number): number {
  const rounder = 1.5 * 2 ** 23;
  const n = fround(madd(x, fround(Math.LOG2E), rounder) - rounder);
  const r = madd(-n, fround(-2.1219444e-4), madd(-n, 0.693359375, x));
  const p = POLYNOMIAL.map(fround).reduce((sum, coefficient) => madd(sum, r, coefficient));
  return fround(fround(madd(fround(p * r), r, r) + 1) * 2 ** n);
}

describe.each(KERNELS)("exp in the kernels $name", ({ arithmetic, memory }) => {
  /** exp(x) for a few x of at most 0, by the ratio of two weights: two roundings more than exp's own error. */
  const exps = (xs: readonly number[]): number[] =>
    softmax(
      memory,
      xs.map((x) => [0, x]),
    ).map(([one = 0, e = 0]) => e / one);

  test("has the bits of Cephes' polynomial", () => {
    const madd =
      arithmetic === "fused" ? fusedMultiplyAdd : (a: number, b: number, c: number) => fround(fround(a * b) + c);
    const xs = Array.from({ length: 4000 }, (_, i) => fround((-59.99 * i) / 4000));
    const weights = xs.map((x) => {
      const e = cephes(x, madd);
      const scale = fround(1 / fround(1 + e));
      return [scale, fround(e * scale)];
    });
    const found = Array.from({ length: 1000 }, (_, i) => xs.slice(4 * i, 4 * i + 4).map((x) => [0, x]));
    expect(found.flatMap((rows) => softmax(memory, rows))).toEqual(weights);
  });

  test("of less than -60 is that of -60, and of NaN is NaN", () => {
    const [limit, less, least, one] = exps([-60, -61, Number.NEGATIVE_INFINITY, 0]) as [number, number, number, number];
    expect([less, least, one]).toEqual([limit, limit, 1]);
    expect(limit / Math.exp(-60)).toBeCloseTo(1, 5);
    expect(exps([Number.NaN, -1, 0, 0]).map(Number.isNaN)).toEqual([true, false, false, false]);
  });
});

/** a b + c of float32 numbers, rounded once to float32. */
function fusedMultiplyAdd(a: number, b: number, c: number): number {
  const product = a * b; // exact: 48 bits
  const sum = product + c;
  const part = sum - product;
  const error = product - (sum - part) + (c - part); // what the sum's rounding lost (Knuth's two-sum)
  return Math.fround(error === 0 || isOdd(sum) ? sum : neighbour(sum, error));
}

const bits = new BigInt64Array(1);
const number = new Float64Array(bits.buffer);

/** Whether the last bit of a float64 is 1. */
function isOdd(value: number): boolean {
  number[0] = value;
  return (bits[0] & 1n) === 1n;
}

/** The next float64 towards `error`: rounded to odd, a sum keeps on which side of a float32's half it lay. */
function neighbour(value: number, error: number): number {
  number[0] = value;
  bits[0] += value > 0 === error > 0 ? 1n : -1n;
  return number[0];
}
