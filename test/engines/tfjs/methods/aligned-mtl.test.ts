import { beforeAll, expect, test } from "vitest";
import { eigen } from "../../../../src/engines/tfjs/methods/algebra.ts";
import { ALIGNED_MTL } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { aligned } from "./references.ts";
import { dot, gramOf, length, mixOf, someVectors, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

test.each([2, 3, 5])("eigen(M) of %i axes: orthonormal vectors that M multiplies by their values", (K) => {
  const problems = range(4).map((seed) => gramOf(someVectors(K, seed, { size: 9 })));
  const [values, vectors] = tf.tidy(() => {
    const found = eigen(tf, tf.tensor3d(problems));
    return [found.values.arraySync() as number[][], found.vectors.arraySync() as number[][][]];
  });
  for (const [r, M] of problems.entries()) {
    const columns = range(K).map((j) => vectors[r].map((row) => row[j]));
    const scale = Math.max(...values[r]);
    for (const [j, column] of columns.entries()) {
      const product = M.map((row) => dot(row, column) / scale);
      expectClose(
        product,
        column.map((value) => (value * values[r]?.[j]) / scale),
        2e-6,
      );
      expectClose(
        columns.map((other) => dot(other, column)),
        range(K).map((i) => (i === j ? 1 : 0)),
        2e-6,
      );
    }
  }
});

test.each([2, 3, 4])("of %i tasks the weights are sqrt(least eigenvalue) G^(-1/2) (1, .., 1), as in float64", (K) => {
  const problems = range(5).map((seed) => someVectors(K, seed, { conflict: 0.2 * seed, size: 9 }));
  const { shared } = weightsOf(tf, ALIGNED_MTL, problems);
  for (const [i, vectors] of problems.entries()) expectClose(shared[i], aligned(vectors), 1e-3);
});

test("orthogonal gradients become as long as the shortest", () => {
  const { shared } = weightsOf(tf, ALIGNED_MTL, [
    [
      [3, 0, 0],
      [0, 5, 0],
      [0, 0, 2],
    ],
  ]);
  expectClose(shared[0], [2 / 3, 2 / 5, 1], 1e-6);
});

test("the aligned gradients are orthogonal and of one length, that of the least component", () => {
  const vectors = someVectors(3, 4, { conflict: 0.9 });
  const mix = mixOf(weightsOf(tf, ALIGNED_MTL, [vectors]).shared[0], vectors);
  const least = Math.min(...tf.tidy(() => [...eigen(tf, tf.tensor3d([gramOf(vectors)])).values.dataSync()]));
  expect(length(mix)).toBeCloseTo(Math.sqrt(3 * least), 4);
});

test("gradients that are all the same are added; one task alone keeps its own; of none there are numbers", () => {
  const one = [2, -1, 3];
  for (const K of [1, 2, 3])
    expectClose(
      weightsOf(tf, ALIGNED_MTL, [range(K).map(() => one)]).shared[0],
      range(K).map(() => 1),
      1e-5,
    );
  expect(
    weightsOf(tf, ALIGNED_MTL, [
      [
        [0, 0],
        [0, 0],
      ],
    ]).shared,
  ).toEqual([[0, 0]]);
});
