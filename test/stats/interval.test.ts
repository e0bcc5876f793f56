import { expect, test } from "vitest";
import { shareOf } from "../../src/stats/interval.ts";
import { expectClose } from "../support/close.ts";
import { GOLDEN } from "./golden/golden.ts";

test("shareOf(count, n) has SciPy's Wilson interval", () => {
  const [cases, expected] = GOLDEN.shares as [[number, number][], [number, number][]];
  for (const [i, [count, n]] of cases.entries()) {
    const { value, low, high } = shareOf(count, n);
    expect(value).toBe(count / n);
    expectClose([low, high], expected[i], 1e-14);
  }
});

test("shareOf(count, n) begins at 0 with none and ends at 1 with all, to the last bit; of nothing it is no share", () => {
  expect(shareOf(0, 0)).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
  for (let n = 1; n <= 400; n++) expect([n, shareOf(0, n).low, shareOf(n, n).high]).toEqual([n, 0, 1]);
});
