import { beforeAll, describe, expect, test } from "vitest";
import { eigen } from "../../../../src/engines/tfjs/methods/algebra.ts";
import { ALIGNED_MTL, CAGRAD, MGDA, NASH_MTL, PCGRAD } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { aligned, bargain, conflictAverse, shortest } from "./references.ts";
import { dot, gramOf, length, mixOf, someVectors, type Vector, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

describe("pcgrad", () => {
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
});

describe("mgda", () => {
  test("of two tasks the weights are Sener and Koltun's closed form, also where one gradient alone is shortest", () => {
    const pairs = [
      [
        [2, 0],
        [0, 1],
      ],
      [
        [1, 0],
        [3, 1],
      ],
      [
        [4, 2],
        [1, 0],
      ],
    ];
    const { shared } = weightsOf(tf, MGDA, pairs);
    const closed = pairs.map(([a, b]) => {
      const difference = b.map((value, i) => value - a?.[i]);
      return Math.min(1, Math.max(0, dot(difference, b) / dot(difference, difference)));
    });
    expect(closed).toEqual([0.2, 1, 0]);
    expectClose(
      shared.flat(),
      closed.flatMap((share) => [share, 1 - share]),
      1e-6,
    );
  });

  describe.each([2, 3, 5])("of %i tasks", (K) => {
    const problems = range(6).map((seed) => someVectors(K, seed, { conflict: 0.3 * seed }));

    test("the mix is as short as that of the best subset, solved exactly", () => {
      const { shared } = weightsOf(tf, MGDA, problems);
      for (const [i, vectors] of problems.entries()) {
        const weights = shared[i];
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
        expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
        expectClose(mixOf(weights, vectors), mixOf(shortest(vectors), vectors), 1e-3);
      }
    });

    test("the step lowers no task less than its own squared length: it conflicts with none", () => {
      const { shared } = weightsOf(tf, MGDA, problems);
      for (const [i, vectors] of problems.entries()) {
        const mix = mixOf(shared[i], vectors);
        for (const vector of vectors) expect(dot(mix, vector)).toBeGreaterThan(length(mix) ** 2 - 1e-3);
      }
    });
  });

  test("of gradients that are all the same the mix is that gradient; so it is of one task, and of none there are numbers", () => {
    const one = [2, -1, 3];
    expectClose(mixOf(weightsOf(tf, MGDA, [[one, one, one]]).shared[0], [one, one, one]), one, 1e-6);
    expectClose(weightsOf(tf, MGDA, [[one]]).shared[0], [1], 1e-6);
    expect(
      weightsOf(tf, MGDA, [
        [
          [0, 0],
          [0, 0],
        ],
      ]).shared,
    ).toEqual([[0.5, 0.5]]);
  });
});

describe("cagrad", () => {
  const C = 0.5;

  describe.each([2, 3])("of %i tasks", (K) => {
    const problems = range(3).map((seed) => someVectors(K, seed, { conflict: 0.3 + 0.2 * seed }));
    const mixes = () => {
      const { shared } = weightsOf(tf, CAGRAD, problems);
      return problems.map((vectors, i) => mixOf(shared[i], vectors));
    };

    test("the mix is that of the dual problem, solved in float64", () => {
      for (const [i, mix] of mixes().entries()) {
        const vectors = problems[i];
        expectClose(mix, mixOf(conflictAverse(vectors, C), vectors), 2e-3);
      }
    });

    test("it lies at C times the mean gradient's length from the mean, and no other there helps the worst task more", () => {
      for (const [i, mix] of mixes().entries()) {
        const vectors = problems[i];
        const mean = mixOf(new Array<number>(K).fill(1 / K), vectors);
        const away = mix.map((value, n) => value - mean[n]);
        expect(length(away) / length(mean)).toBeCloseTo(C, 4);
        const worst = (d: number[]) => Math.min(...vectors.map((vector) => dot(vector, d)));
        for (const direction of vectors) {
          const moved = away.map((value, n) => value + (0.02 * length(away) * direction[n]) / length(direction));
          const scale = length(away) / length(moved);
          const other = mean.map((value, n) => value + scale * moved[n]);
          expect(worst(other)).toBeLessThanOrEqual(worst(mix) + 1e-3 * length(mean) ** 2);
        }
      }
    });
  });

  test("gradients that are all the same give 1 + C times one; so does one task alone", () => {
    const one = [2, -1, 3];
    const grown = one.map((value) => (1 + C) * value);
    expectClose(mixOf(weightsOf(tf, CAGRAD, [[one, one]]).shared[0], [one, one]), grown, 1e-6);
    expectClose(mixOf(weightsOf(tf, CAGRAD, [[one]]).shared[0], [one]), grown, 1e-6);
  });

  test("gradients of 0 give numbers", () => {
    expect(
      weightsOf(tf, CAGRAD, [
        [
          [0, 0],
          [0, 0],
        ],
      ])
        .shared.flat()
        .every(Number.isFinite),
    ).toBe(true);
  });
});

describe("nash-mtl", () => {
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
});

describe("aligned-mtl", () => {
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
});
