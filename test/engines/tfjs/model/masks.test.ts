import { expect, test } from "vitest";
import { type Mask, MaskSource, masksOf } from "../../../../src/engines/tfjs/model/masks.ts";
import { GOLDEN } from "../../../random/golden/golden.ts";
import { range } from "../../../support/reference.ts";
import { makeRun } from "../../../support/runs.ts";
import { MMOE } from "../../../support/specs.ts";

test("PCGrad takes the other tasks in an order of each task's own, new at each step", () => {
  const K = 4;
  const model = { ...MMOE, tasks: K };
  const source = new MaskSource([makeRun({ model, index: 1 })]);
  const [mask] = masksOf(model, 1, 3, 0, "pcgrad") as [Mask];
  expect(mask.shape).toEqual([1, K - 1, K, K]);
  /** [K] orders of the others, as text. */
  const ordersAt = (step: number) => {
    const oneHot = new Float32Array((K - 1) * K * K);
    source.fill(oneHot, mask, step);
    const taken = (round: number, i: number) =>
      oneHot.subarray((round * K + i) * K, (round * K + i + 1) * K).indexOf(1);
    return range(K).map((i) =>
      range(K - 1)
        .map((round) => taken(round, i))
        .join(""),
    );
  };
  expect(range(3).map((step) => ordersAt(step + 1))).toEqual(GOLDEN.orders); // of an independent program
});
