import { expect, test } from "vitest";
import { instruction } from "../../../src/engines/cpu/instructions.ts";
import { Arena } from "../../../src/engines/rows/arena.ts";
import { columnBytes, PANELS } from "../../../src/engines/rows/panels.ts";
import { wasm } from "./lone-run.ts";

const LINE = columnBytes(PANELS);

/** The weights [8, E] of a softmax gate for 8 rows of logits. */
function softmax(logits: readonly number[][]): number[][] {
  const E = logits[0]?.length as number;
  const arena = new Arena();
  const gate = arena.take(E * LINE);
  const code = arena.put(Int32Array.from(instruction("softmax", { gate, gateStride: E * LINE, E })));
  wasm.reserve(arena.bytes);
  arena.writeTo(wasm.memory);
  const values = wasm.float32(gate, 8 * E);
  for (const [b, row] of logits.entries()) for (const [e, logit] of row.entries()) values[8 * e + b] = logit;
  wasm.kernels.execute(code, code + 20, 0, 0, 1, 0, 8);
  return logits.map((row, b) => row.map((_, e) => values[8 * e + b] as number));
}

/** exp(x) for eight x of at most 0, by the ratio of two weights: two roundings more than exp's own error. */
const exps = (xs: readonly number[]): number[] => softmax(xs.map((x) => [0, x])).map(([one = 0, e = 0]) => e / one);

test("the kernels' exp is within 2e-7 of Math.exp from -60 to 0", () => {
  const ROUNDINGS = 1.2e-7;
  for (let from = 0; from < 4000; from += 8) {
    const xs = Array.from({ length: 8 }, (_, i) => Math.fround((-59.99 * (from + i)) / 4000));
    for (const [i, value] of exps(xs).entries())
      expect(Math.abs(value / Math.exp(xs[i] as number) - 1)).toBeLessThan(2e-7 + ROUNDINGS);
  }
});

test("the kernels' exp of less than -60 is that of -60, and of NaN is NaN", () => {
  const [limit, less, least] = exps([-60, -61, Number.NEGATIVE_INFINITY, 0, 0, 0, 0, 0]) as [number, number, number];
  expect([less, least]).toEqual([limit, limit]);
  expect(limit / Math.exp(-60)).toBeCloseTo(1, 5);
  expect(exps([Number.NaN, -1, 0, 0, 0, 0, 0, 0]).map(Number.isNaN)).toEqual([true, ...new Array(7).fill(false)]);
});
