import { beforeAll, expect, test } from "vitest";
import { NASH_MTL } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { bargain } from "./references.ts";
import { dot, gramOf, length, mixOf, someVectors, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

test("of two tasks the weights are 1 / (|g_k| sqrt(1 + cos))", () => {
  const pairs = range(4).map((seed) => someVectors(2, seed, { conflict: 0.4 * seed }));
  const { shared } = weightsOf(tf, NASH_MTL, pairs);
  for (const [i, [a, b]] of pairs.entries()) {
    const cosine = dot(a, b) / (length(a) * length(b));
    const closed = [a, b].map((vector) => 1 / (length(vector) * Math.sqrt(1 + cosine)));
    expectClose(shared[i], closed, 1e-5);
  }
});

test.each([3, 4, 6])("of %i tasks G a = 1/a, as in float64", (K) => {
  const problems = range(5).map((seed) => someVectors(K, seed, { conflict: 0.2 * seed, size: 9 }));
  const { shared } = weightsOf(tf, NASH_MTL, problems);
  for (const [i, vectors] of problems.entries()) {
    const a = shared[i];
    expectClose(a, bargain(vectors), 1e-4);
    expectClose(
      gramOf(vectors).map((row, k) => dot(row, a) * a[k]),
      range(K).map(() => 1),
      1e-3,
    );
    expect(length(mixOf(a, vectors))).toBeCloseTo(Math.sqrt(K), 3);
  }
});

test("weights do not depend on the gradients' lengths but by dividing by them", () => {
  const vectors = someVectors(3, 7);
  const long = vectors.map((vector, k) => vector.map((value) => 10 ** (k - 1) * value));
  const [a, b] = weightsOf(tf, NASH_MTL, [vectors, long]).shared as [number[], number[]];
  expectClose(
    b.map((weight, k) => weight * 10 ** (k - 1)),
    a,
    1e-4,
  );
});

test("of K gradients that are all the same, g, the mix is sqrt(K) g / |g|; one task alone gives g / |g|", () => {
  const one = [2, -1, 2];
  for (const K of [1, 2, 3]) {
    const vectors = range(K).map(() => one);
    const mix = mixOf(weightsOf(tf, NASH_MTL, [vectors]).shared[0], vectors);
    expectClose(
      mix,
      one.map((value) => (Math.sqrt(K) * value) / 3),
      1e-5,
    );
  }
});

test("opposite gradients and gradients of 0 give numbers", () => {
  const odd = [
    [
      [1, 2],
      [-1, -2],
    ],
    [
      [0, 0],
      [1, 0],
    ],
  ];
  expect(weightsOf(tf, NASH_MTL, odd).shared.flat().every(Number.isFinite)).toBe(true);
});
