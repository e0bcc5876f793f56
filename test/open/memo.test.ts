import { expect, test, vi } from "vitest";
import { memo } from "../../src/memo.ts";

test("memo(compute) computes once for the same value and words, and again for others", () => {
  const compute = vi.fn((runs: readonly number[], loss: string) => `${loss} of ${runs.length}`);
  const once = memo(compute);
  const [two, three] = [
    [1, 2],
    [1, 2, 3],
  ] as const;
  expect([once(two, "train"), once(two, "train"), once(two, "heldout"), once(three, "train")]).toEqual([
    "train of 2",
    "train of 2",
    "heldout of 2",
    "train of 3",
  ]);
  expect(compute).toHaveBeenCalledTimes(3);
});
