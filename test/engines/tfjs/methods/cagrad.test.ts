import { beforeAll, describe, expect, test } from "vitest";
import { CAGRAD } from "../../../../src/engines/tfjs/methods/gradient-methods.ts";
import { loadTf, type Tf } from "../../../../src/engines/tfjs/tf.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { conflictAverse } from "./references.ts";
import { dot, length, mixOf, someVectors, weightsOf } from "./vectors.ts";

let tf: Tf;
beforeAll(async () => {
  tf = await loadTf("wasm");
});

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
