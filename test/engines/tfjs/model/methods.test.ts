// What a method makes of gradients or losses that runs seldom have: test/engines/methods.test.ts has whole runs.
import type { Tensor } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasConstant, type MethodChoice, type MethodName } from "../../../../src/engines/methods.ts";
import type { GradientMethod, LossMethod } from "../../../../src/engines/tfjs/model/method.ts";
import { initialMethodState } from "../../../../src/engines/tfjs/model/method-step.ts";
import { methodOf } from "../../../../src/engines/tfjs/model/methods.ts";
import { loadTf } from "../../../../src/engines/tfjs/tf.ts";
import { PLAIN_TRAINING } from "../../../../src/engines/training-settings.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { dot, length, mixOf, oneHot, orderOf, solved, someVectors, type Vector, weightsOf } from "./vectors.ts";

const tf = await loadTf("wasm");

type Vectors = readonly Vector[];

/** Each method, and the mix of K equal gradients of length 3, in them. */
const GRADIENT_METHODS = [
  { name: "pcgrad", equal: (K: number) => K },
  { name: "mgda", equal: () => 1 },
  { name: "cagrad", equal: () => 1.5 },
  { name: "nash-mtl", equal: (K: number) => Math.sqrt(K) / 3 },
  { name: "aligned-mtl", equal: (K: number) => K },
  { name: "fairgrad", equal: (K: number) => Math.sqrt(K) / 3 },
  { name: "imtl-g", equal: () => 1 },
  { name: "config", equal: (K: number) => K },
  { name: "upgrad", equal: (K: number) => K },
] as const;

const gradientMethod = (method: MethodName) => methodOf({ method }) as GradientMethod;
const FAMO = methodOf({ method: "famo" }) as LossMethod;
const GRADNORM = gradientMethod("gradnorm");

describe.each(GRADIENT_METHODS)("$name", ({ name, equal }) => {
  const weighed = (replicas: readonly Vectors[]) => {
    const K = replicas[0].length;
    const order = replicas.map(() => oneHot(orderOf(K)));
    return weightsOf(tf, gradientMethod(name), replicas, name === "pcgrad" && K > 1 ? { order } : {}).shared;
  };

  test.each([1, 2, 3])("gives of %i equal gradients a multiple of one", (K) => {
    const one = [2, -1, 2];
    const vectors = range(K).map(() => one);
    const expected = one.map((value) => equal(K) * value);
    expectClose(mixOf(weighed([vectors])[0], vectors), expected, 1e-5);
  });

  test("gives numbers of opposite gradients, and of gradients of 0", () => {
    const odd = [
      [
        [1, 2],
        [-1, -2],
      ],
      [
        [0, 0],
        [1, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ];
    expect(weighed(odd).flat().every(Number.isFinite)).toBe(true);
  });
});

test("famo goes down z (fall - the mean fall) and a thousandth of the logits", () => {
  const [logits, losses, falls] = [
    [2, -1, 0.5],
    [0.5, 0.2, 0.9],
    [0.99, 0.97, 0.9],
  ] as const;
  const powers = logits.map(Math.exp);
  const z = powers.map((power) => power / powers.reduce((sum, one) => sum + one, 0));
  const gains = falls.map((fall) => -Math.log(fall)); // the log losses' falls
  const mean = z.reduce((sum, share, k) => sum + share * gains[k], 0);
  const slopes = z.map((share, k) => share * (gains[k] - mean) + 0.001 * (logits[k] as number));
  const moment = tf.tidy(() => {
    const [zeros, before] = [tf.zeros([1, 3]), tf.tensor2d([[...losses]])];
    const state = { logits: tf.tensor2d([[...logits]]), "logits/m": zeros, "logits/v": zeros };
    const lossesAfter = () => tf.mul(before, tf.tensor1d([...falls])) as Tensor;
    return FAMO.next(tf, state, before, { rates: { ...PLAIN_TRAINING, rate: 0.025 }, lossesAfter })[
      "logits/m"
    ]?.dataSync();
  });
  const expected = slopes.map((slope) => 0.1 * slope); // Adam's first moment
  expectClose(moment, expected, 1e-7);
});

describe("gradnorm", () => {
  /** The next state of two tasks with gradients of these lengths that share no direction. */
  const nextOf = ([a, b]: readonly [number, number], losses: Vector, state: Readonly<Record<string, Vector[]>>) =>
    weightsOf(
      tf,
      GRADNORM,
      [
        [
          [a, 0],
          [0, b],
        ],
      ],
      { losses: [losses], state },
    ).next;

  test("keeps weights 1 of tasks that share nothing, and of one task alone", () => {
    const start = { first: [[1, 1]], w: [[1, 1]] };
    expectClose(nextOf([0, 0], [0.5, 0.9], start).w?.[0], [1, 1], 1e-6);
    const alone = weightsOf(tf, GRADNORM, [[[1, 2]]], { losses: [[0.7]], state: { first: [[1]], w: [[1]] } });
    expectClose(alone.next.w?.[0], [1], 1e-6);
  });

  test.each([
    [1.48, 1],
    [1.52, -1],
  ])("moves a weight above the mean by the ratio's power %f as if the target were its power 1.5: %i", (power, sign) => {
    const [loss, w] = [1.2, 1.2 ** power];
    const state = { first: [[1, 1]], w: [[w, 2 - w]], "w/m": [[0, 0]], "w/v": [[1, 1]] };
    const next = nextOf([5, 5], [loss, 2 - loss], state); // the first losses are 1, and so is the mean of the ratios
    expect(next["w/m"]?.[0]?.[0]).toBeCloseTo(-sign * 0.1 * 5, 5); // down the gradient, which is |g| with this sign
  });
});

const anyVectors = fc
  .record({ K: fc.integer({ min: 2, max: 6 }), seed: fc.nat(9999), conflict: fc.constantFrom(0, 0.4, 0.8) })
  .map(({ K, seed, conflict }) => someVectors(K, seed, { size: 9, conflict }));

const mixBy = (choice: MethodChoice, vectors: Vectors) => {
  const order = [oneHot(orderOf(vectors.length))];
  return mixOf(weightsOf(tf, methodOf(choice) as GradientMethod, [vectors], { order }).shared[0], vectors);
};
const cosine = (a: Vector, b: Vector) => dot(a, b) / (length(a) * length(b));

describe("of any gradients", () => {
  const holds = (property: (vectors: Vectors) => void) =>
    fc.assert(
      fc.property(anyVectors, (vectors) => property(vectors)),
      { numRuns: 25 },
    );

  test("upgrad is the sum of the shortest of all e_i + x, x >= 0, found among all sets of numbers above 0, in no conflict but for what was added", () => {
    holds((vectors) => {
      const [w] = weightsOf(tf, gradientMethod("upgrad"), [vectors]).shared as Vector[];
      const ours = mixOf(w, vectors);
      const sum = mixOf(
        range(vectors.length).map(() => 1),
        vectors.map((_, i) => shortestOf(vectors, i)),
      );
      expectClose(ours, sum, 2e-4 * length(sum));
      for (const [k, vector] of vectors.entries())
        expect(dot(ours, vector)).toBeGreaterThan(-1.1e-4 * squares(vectors) * w[k]);
    });
  });

  test.each([0.3, 1, 2, 5])("fairgrad with alpha %d has products w^(-1/alpha) with them", (alpha) => {
    holds((vectors) => {
      const method = methodOf({ method: "fairgrad", constants: { alpha } }) as GradientMethod;
      const [w] = weightsOf(tf, method, [vectors]).shared as Vector[];
      const mix = mixOf(w, vectors);
      const products = vectors.map((vector, k) => dot(vector, mix) + 4e-6 * dot(vector, vector) * w[k]);
      for (const [k, product] of products.entries())
        expect(Math.abs(product * w[k] ** (1 / alpha) - 1)).toBeLessThan(0.03);
    });
  });

  test("config has equal cosines with them, and is as long as the sum of their components along it; imtl-g too, by weights of sum 1", () => {
    holds((vectors) => {
      const ours = mixBy({ method: "config" }, vectors);
      const cosines = vectors.map((vector) => cosine(vector, ours));
      expectClose(
        cosines,
        range(vectors.length).map(() => cosines[0]),
        2e-3,
      );
      expect(cosines[0]).toBeGreaterThan(0);
      const along = vectors.reduce((total, vector) => total + dot(vector, ours) / length(ours), 0);
      expect(length(ours) / along).toBeCloseTo(1, 2);
      const [w] = weightsOf(tf, gradientMethod("imtl-g"), [vectors]).shared as Vector[];
      expect(w.reduce((total, one) => total + one, 0)).toBeCloseTo(1, 3);
      expect(Math.abs(cosine(mixOf(w, vectors), ours))).toBeCloseTo(1, 5);
    });
  });

  test("of two, nash-mtl is fairgrad with alpha 1, and has the direction of imtl-g, config and db-mtl without means; upgrad is pcgrad", () => {
    fc.assert(
      fc.property(fc.nat(9999), fc.constantFrom(0, 0.4, 0.7), (seed, conflict) => {
        const vectors = someVectors(2, seed, { conflict });
        const units = vectors.map((vector) => vector.map((value) => value / length(vector)));
        const nash = mixBy({ method: "nash-mtl" }, vectors);
        expectClose(mixBy({ method: "fairgrad" }, vectors), nash, 1e-3 * length(nash));
        for (const method of ["imtl-g", "config"] as const)
          expect(cosine(mixBy({ method }, vectors), nash)).toBeCloseTo(1, 5);
        expect(cosine(mixBy({ method: "db-mtl", constants: { decay: 0 } }, vectors), nash)).toBeCloseTo(1, 5);
        const projected = mixBy({ method: "pcgrad" }, units);
        expectClose(mixBy({ method: "upgrad" }, units), projected, 1e-2 * length(projected));
      }),
      { numRuns: 25 },
    );
  });
});

const squares = (vectors: Vectors) => vectors.reduce((total, vector) => total + dot(vector, vector), 0);

/** The shortest e_i + x, x >= 0, with a hundredth of a percent of the trace added: by trying every set of numbers above 0. */
function shortestOf(vectors: Vectors, i: number): number[] {
  const K = vectors.length;
  const M = vectors.map((a, k) => vectors.map((b, j) => dot(a, b) / squares(vectors) + (k === j ? 1e-4 : 0)));
  const sizeOf = (v: Vector) =>
    dot(
      v,
      M.map((row) => dot(row, v)),
    );
  const all = range(2 ** K).map((set) => {
    const free = range(K).filter((k) => (set >> k) & 1);
    const x = solved(
      free.map((a) => free.map((b) => M[a][b])),
      free.map((a) => -M[a][i]),
    );
    return range(K).map((k) => (k === i ? 1 : 0) + (free.includes(k) ? (x[free.indexOf(k)] as number) : 0));
  });
  const possible = all.filter((v) => v.every((value, k) => value >= (k === i ? 1 : 0)));
  const best = possible.reduce((one, other) => (sizeOf(other) < sizeOf(one) ? other : one));
  return mixOf(best, vectors);
}

/** Weights of losses [K], and the state after the step if they become so. */
function lossWeights(
  choice: MethodChoice,
  losses: Vector,
  given: { present?: Vector; normals?: Vector; after?: Vector[] } = {},
) {
  const method = methodOf(choice) as LossMethod;
  return tf.tidy(() => {
    const row = (values: Vector) => tf.tensor2d([[...values]]);
    const situation = {
      ...(given.present && { present: row(given.present) }),
      ...(given.normals && { normals: row(given.normals) }),
    };
    let state = initialMethodState(tf, method, PLAIN_TRAINING, [1, losses.length, 1]);
    for (const batch of given.after ?? []) {
      const step = { ...situation, rates: { ...PLAIN_TRAINING, rate: 0.025 }, lossesAfter: () => row(batch) };
      state = method.next(tf, state, row(batch), step);
    }
    return [...method.weights(tf, row(losses), state, situation).dataSync()];
  });
}

describe("weights of losses", () => {
  const losses = [0.7, 0.02, 1.9];
  const slopesOf = (objective: (at: Vector) => number) =>
    losses.map((loss, k) => {
      const at = (by: number) => objective(losses.map((one, j) => (j === k ? one + by * loss : one)));
      return (at(1e-5) - at(-1e-5)) / (2e-5 * loss);
    });
  const sum = (values: Vector) => values.reduce((total, value) => total + value, 0);

  test.each<[MethodChoice, (at: Vector) => number]>([
    [{ method: "log" }, (at) => sum(at.map(Math.log))],
    [{ method: "gls" }, (at) => (at[0] * at[1] * at[2]) ** (1 / 3)],
    [
      { method: "stch", constants: { mu: 0.4, window: 2 } },
      (at) => 3 * 0.4 * Math.log(sum(at.map((loss, k) => (loss / [0.6, 0.05, 2][k]) ** (1 / 0.4)))),
    ],
  ])("%o are the derivatives of its objective", (choice, objective) => {
    const after = [
      [0.5, 0.02, 1],
      [0.7, 0.08, 3],
      [9, 9, 9], // after the first window
    ];
    const slopes = slopesOf(objective);
    for (const [k, weight] of lossWeights(choice, losses, { after }).entries())
      expect(weight / slopes[k]).toBeCloseTo(1, 4);
  });

  test("dwa compares the means of the latest two windows", () => {
    const choice = { method: "dwa", constants: { temperature: 0.5, window: 2 } } as const;
    const after = [
      [1, 4],
      [3, 4],
      [2, 1],
      [1, 1],
    ]; // means 2, 4, then 1.5, 1
    const powers = [1.5 / 2, 1 / 4].map((ratio) => Math.exp(ratio / 0.5));
    const expected = powers.map((power) => (2 * power) / sum(powers));
    expectClose(lossWeights(choice, [5, 5], { after }), expected, 1e-6);
    expectClose(lossWeights(choice, [5, 5], { after: [...after, [7, 9]] }), expected, 1e-6);
    expectClose(lossWeights(choice, [5, 5], { after: after.slice(0, 3) }), [1, 1], 1e-6);
  });

  test("rlw are the softmax of normals, times the number of tasks", () => {
    const powers = [0.3, -1, 2].map(Math.exp);
    const expected = powers.map((power) => (3 * power) / sum(powers));
    expectClose(lossWeights({ method: "rlw" }, losses, { normals: [0.3, -1, 2] }), expected, 1e-6);
  });

  test.each(["log", "gls", "rlw", "dwa", "stch"] as const)(
    "%s of tasks that a batch has are those of these tasks alone",
    (method) => {
      const choice = { method, ...(hasConstant(method, "window") && { constants: { window: 1 } }) };
      const after = [
        [1, 2, 3],
        [2, 1, 5],
      ];
      const with3 = lossWeights(choice, [0.7, 0, 1.9], { present: [1, 0, 1], normals: [0.3, -1, 2], after });
      const two = after.map(([a, , c]) => [a, c]);
      expectClose([with3[0], with3[2]], lossWeights(choice, [0.7, 1.9], { normals: [0.3, 2], after: two }), 1e-5);
    },
  );
});

test.each(GRADIENT_METHODS.filter(({ name }) => name !== "pcgrad"))(
  "$name of gradients without that of a task is that of the others",
  ({ name }) => {
    const [a, b, c] = someVectors(3, 5) as [number[], number[], number[]];
    const zeros = a.map(() => 0);
    const present = [[1, 0, 1, 1]];
    const [w] = weightsOf(tf, gradientMethod(name), [[a, zeros, b, c]], { present }).shared as Vector[];
    const others = mixBy({ method: name }, [a, b, c]);
    expectClose(mixOf([w[0], w[2], w[3]], [a, b, c]), others, 1e-4 * length(others));
  },
);

test("a momentum moves weights towards those of the step, and of the first step they are its own", () => {
  const momentum = methodOf({ method: "imtl-g", constants: { momentum: 0.75 } }) as GradientMethod;
  const first = weightsOf(tf, momentum, [
    [
      [1, 0],
      [0, 1],
    ],
  ]);
  expectClose(first.shared[0], [0.5, 0.5], 1e-6);
  const second = weightsOf(
    tf,
    momentum,
    [
      [
        [1, 0],
        [0, 4],
      ],
    ],
    { state: first.next },
  ); // alone .8, .2
  expectClose(second.shared[0], [0.75 * 0.5 + 0.25 * 0.8, 0.75 * 0.5 + 0.25 * 0.2], 1e-6);
});
