// What a method makes of gradients or losses that runs seldom have: test/engines/methods.test.ts has whole runs.
import type { Tensor } from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import type { MethodName } from "../../../../src/engines/methods.ts";
import type { GradientMethod, LossMethod } from "../../../../src/engines/tfjs/model/method.ts";
import { methodOf } from "../../../../src/engines/tfjs/model/methods.ts";
import { loadTf } from "../../../../src/engines/tfjs/tf.ts";
import { PLAIN_TRAINING } from "../../../../src/engines/training-settings.ts";
import { expectClose } from "../../../support/close.ts";
import { range } from "../../../support/reference.ts";
import { mixOf, oneHot, orderOf, type Vector, weightsOf } from "./vectors.ts";

const tf = await loadTf("wasm");

type Vectors = readonly Vector[];

/** Each method, and the mix of K equal gradients of length 3, in them. */
const GRADIENT_METHODS = [
  { name: "pcgrad", equal: (K: number) => K },
  { name: "mgda", equal: () => 1 },
  { name: "cagrad", equal: () => 1.5 },
  { name: "nash-mtl", equal: (K: number) => Math.sqrt(K) / 3 },
  { name: "aligned-mtl", equal: (K: number) => K },
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
