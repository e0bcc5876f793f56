import { beforeAll, expect, test } from "vitest";
import { PCGRAD } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { dot, mixOf, someVectors, type Vector, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

/** Algorithm 1 on the vectors themselves; `orders[i]` are the other tasks as task i takes them. */
function surgery(vectors: readonly Vector[], orders: readonly (readonly number[])[]): number[] {
  const projected = vectors.map((vector, i) => {
    let own = [...vector];
    for (const j of orders[i]) {
      const other = vectors[j];
      const product = dot(own, other);
      if (product < 0) own = own.map((value, n) => value - (product / dot(other, other)) * other[n]);
    }
    return own;
  });
  return mixOf(
    range(vectors.length).map(() => 1),
    projected,
  );
}

function oneHot(orders: readonly (readonly number[])[]): number[][][] {
  const K = orders.length;
  return range(K - 1).map((round) => orders.map((order) => range(K).map((j) => (order[round] === j ? 1 : 0))));
}

test("of two tasks each gradient is projected onto the normal plane of the other, and only if they conflict", () => {
  const conflicting = [
    [1, 0],
    [-3, 4],
  ];
  const agreeing = [
    [1, 0],
    [3, 4],
  ];
  const { shared } = weightsOf(tf, PCGRAD, [conflicting, agreeing]);
  // g_1 + 3/25 g_2 and g_2 + 3 g_1
  expectClose(shared[0], [1 + 3, 1 + 3 / 25], 1e-6);
  expect(shared[1]).toEqual([1, 1]);
  expect(dot(mixOf(shared[0], conflicting), [1, 0])).toBeGreaterThan(0);
});

test("of three and four tasks the result is that of the vectors themselves, in the order that each replica draws", () => {
  const cases: [number, number[][]][] = [
    [
      3,
      [
        [1, 2],
        [2, 0],
        [0, 1],
      ],
    ],
    [
      3,
      [
        [2, 1],
        [0, 2],
        [1, 0],
      ],
    ],
    [
      4,
      [
        [3, 1, 2],
        [0, 2, 3],
        [3, 0, 1],
        [2, 1, 0],
      ],
    ],
  ];
  const results = cases.map(([K, orders]) => {
    const vectors = someVectors(K, 3, { conflict: 1 });
    const { shared } = weightsOf(tf, PCGRAD, [vectors], { order: [oneHot(orders)] });
    const mixed = mixOf(shared[0], vectors);
    expectClose(mixed, surgery(vectors, orders), 1e-5);
    return mixed;
  });
  expect(Math.abs(results[0]?.[0] - results[1]?.[0])).toBeGreaterThan(1e-3); // the order matters
});

test("gradients that agree are added, K times one that all tasks have; one task alone keeps its own", () => {
  const one = [2, -1, 3];
  expect(weightsOf(tf, PCGRAD, [[one, one]]).shared).toEqual([[1, 1]]);
  expect(weightsOf(tf, PCGRAD, [[one]]).shared).toEqual([[1]]);
});

test("three tasks without an order are refused", () => {
  expect(() => weightsOf(tf, PCGRAD, [someVectors(3, 1)])).toThrow("pcgrad: expected an order of 3 tasks, got none");
});
