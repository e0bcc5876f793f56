import { expect, test } from "vitest";
import { type Mask, MaskSource, masksOf } from "../../../../src/engines/tfjs/model/masks.ts";
import { GOLDEN } from "../../../random/golden/golden.ts";
import { range } from "../../../support/reference.ts";
import { makeRun } from "../../../support/runs.ts";
import { MMOE } from "../../../support/specs.ts";

test("PCGrad takes the other tasks in an order of each task's own, any with the same chance, new at each step", () => {
  const [K, STEPS] = [4, 1200];
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
  const all = range(STEPS).map((step) => ordersAt(step + 1));
  expect(all.slice(0, 3)).toEqual(GOLDEN.orders);
  for (const i of range(K)) {
    const counts = new Map<string, number>();
    for (const orders of all) counts.set(orders[i], (counts.get(orders[i]) ?? 0) + 1);
    const others = range(K).filter((task) => task !== i);
    for (const order of counts.keys()) expect([...order].map(Number).sort()).toEqual(others);
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - STEPS / 6) ** 2 / (STEPS / 6), 0);
    expect([counts.size, chiSquare < 20.5]).toEqual([6, true]); // exceeded once in 1,000 sources
  }
  const together = all.filter((orders) => orders[0] === "123" && orders[1] === "023").length;
  expect(Math.abs(together - STEPS / 36)).toBeLessThan(4 * Math.sqrt(STEPS / 36));
});
